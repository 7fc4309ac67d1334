// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/connector.h"

#include <string>

// How the two sides of a plugin's border find each other and see that they were built alike.

namespace upselld {

namespace abi {
#define UPSELLD_ABI_TEXT_(x) #x
#define UPSELLD_ABI_TEXT(x) UPSELLD_ABI_TEXT_(x)
// All that must agree on both sides, as one text made in the compilation that includes this header.
// Hidden: the dynamic linker must never answer a plugin's question with the program's own copy.
[[gnu::visibility("hidden")]] inline std::string tag() {
  std::string text = "contract " + std::to_string(kConnectorContract) + "; gcc " +
                     UPSELLD_ABI_TEXT(__GNUC__) + "; gxx_abi " +
                     UPSELLD_ABI_TEXT(__GXX_ABI_VERSION);
#ifdef _GLIBCXX_USE_CXX11_ABI
  text += "; cxx11_abi " UPSELLD_ABI_TEXT(_GLIBCXX_USE_CXX11_ABI);
#endif
#ifdef _GLIBCXX_DEBUG
  text += "; debug containers";
#endif
#if defined(__SANITIZE_ADDRESS__)
  text += "; address sanitizer";
#elif defined(__SANITIZE_THREAD__)
  text += "; thread sanitizer";
#endif
  const std::size_t sizes[] = {
      sizeof(Page),           sizeof(Columns),        sizeof(StreamInfo),
      sizeof(FieldUpdate),    sizeof(FieldState),     sizeof(TaskDraft),
      sizeof(TaskState),      sizeof(TaskWithdrawal), sizeof(Receipt),
      sizeof(ProbeReport),    sizeof(PrepareReport),  sizeof(Settings),
      sizeof(PrepareRequest), sizeof(SettingTable),   sizeof(ConnectorContext),
      sizeof(Setting),        sizeof(Node),           sizeof(Error),
      sizeof(HttpRequest),    sizeof(HttpResponse),   sizeof(TimeZone),
      sizeof(AttributeSpec),  sizeof(Result<Page>),   sizeof(ConnectorDescriptor)};
  text += "; sizes";
  for (const std::size_t size : sizes) text += " " + std::to_string(size);
  return text;
}
}  // namespace abi

}  // namespace upselld

#define UPSELLD_CONNECTOR_SYMBOL "upselld_connector"
namespace upselld {
// What stands behind that symbol.
using ConnectorEntry = const ConnectorDescriptor*();
}  // namespace upselld

// Begins the definition of the one function that a plugin exports:
//   UPSELLD_EXPORT_CONNECTOR { static const upselld::ConnectorDescriptor ...; return &...; }
#define UPSELLD_EXPORT_CONNECTOR \
  extern "C" [[gnu::visibility("default")]] const upselld::ConnectorDescriptor* upselld_connector()
