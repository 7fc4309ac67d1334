// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/result.h"
#include "daemon/commands.h"

namespace upselld::daemon {

// The commands by name; command_table.cpp says what each is for.
Result<int> service_command(const Invocation& invocation);
Result<int> sync_command(const Invocation& invocation);
Result<int> train_command(const Invocation& invocation);
Result<int> score_command(const Invocation& invocation);
Result<int> explain_command(const Invocation& invocation);
Result<int> accounts_command(const Invocation& invocation);
Result<int> release_command(const Invocation& invocation);
Result<int> forget_command(const Invocation& invocation);
Result<int> models_list_command(const Invocation& invocation);
Result<int> models_show_command(const Invocation& invocation);
Result<int> models_publish_command(const Invocation& invocation);
Result<int> models_decline_command(const Invocation& invocation);
Result<int> models_rollback_command(const Invocation& invocation);
Result<int> audit_list_command(const Invocation& invocation);
Result<int> audit_show_command(const Invocation& invocation);
Result<int> audit_verify_command(const Invocation& invocation);
Result<int> audit_export_command(const Invocation& invocation);
Result<int> audit_replay_command(const Invocation& invocation);
Result<int> plan_command(const Invocation& invocation);
Result<int> plan_show_command(const Invocation& invocation);
Result<int> apply_command(const Invocation& invocation);
Result<int> undo_command(const Invocation& invocation);
Result<int> pause_command(const Invocation& invocation);
Result<int> resume_command(const Invocation& invocation);
Result<int> approvals_list_command(const Invocation& invocation);
Result<int> approvals_yes_command(const Invocation& invocation);
Result<int> approvals_no_command(const Invocation& invocation);
Result<int> rejected_list_command(const Invocation& invocation);
Result<int> rejected_retry_command(const Invocation& invocation);
Result<int> check_command(const Invocation& invocation);
Result<int> probe_command(const Invocation& invocation);
Result<int> prepare_command(const Invocation& invocation);
Result<int> features_command(const Invocation& invocation);
Result<int> notify_command(const Invocation& invocation);
Result<int> notify_test_command(const Invocation& invocation);
Result<int> status_command(const Invocation& invocation);
Result<int> dashboard_command(const Invocation& invocation);
Result<int> plugins_command(const Invocation& invocation);
Result<int> init_command(const Invocation& invocation);
Result<int> sample_config_command(const Invocation& invocation);
Result<int> manual_command(const Invocation& invocation);
Result<int> backup_command(const Invocation& invocation);
Result<int> restore_command(const Invocation& invocation);
Result<int> version_command(const Invocation& invocation);

// Who gives the command: --by, else the login.
std::string person_at(const Invocation& invocation);

}  // namespace upselld::daemon
