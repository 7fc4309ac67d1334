// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace upselld::daemon {

// What the units in systemd/ name: the settings of --config and StateDirectory=. The service
// manager tells the folder to the service alone, and a command beside it must come to the same one:
// a second store would know no task that the first one made.
inline constexpr const char* kServiceSettings = "/etc/upselld/upselld.yaml";
inline constexpr const char* kServiceState = "/var/lib/upselld";

}  // namespace upselld::daemon
