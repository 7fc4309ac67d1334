// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <iostream>

#include "daemon/command_list.h"
#include "daemon/version.h"

namespace upselld::daemon {
namespace {

constexpr const char* kChangedOn = "2026-11-22";  // when the words below did

// Nothing of it is taken for a command of the page, and hyphens stay what people type.
std::string roff(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '-') {
      out += "\\-";
    } else if (c == '\\') {
      out += "\\e";
    } else {
      const bool begins = out.empty() || out.back() == '\n';
      if (begins && (c == '.' || c == '\'')) out += "\\&";
      out += c;
    }
  }
  return out;
}

std::string entry(const std::string& head, const std::string& text) {
  return ".TP\n" + head + "\n" + text + "\n";
}

std::string option_head(const OptionSpec& option) {
  return option.value == nullptr ? ".B " + roff(option.name)
                                 : ".BI " + roff(option.name) + " \" " + roff(option.value) + "\"";
}

std::string command_entry(const CommandSpec& command) {
  const std::string arguments = command.arguments;
  const std::string head = arguments.empty()
                               ? ".B " + roff(command.name)
                               : ".BI \"" + roff(command.name) + "\" \" " + roff(arguments) + "\"";
  std::string text = roff(command.summary) + ".";
  if (!command.options.empty()) {
    text += "\n.RS";
    for (const OptionSpec& option : command.options) {
      text += "\n" + entry(option_head(option), roff(option.help) + ".");
      text.pop_back();
    }
    text += "\n.RE";
  }
  return entry(head, text);
}

const char* const kBefore = R"(.SH NAME
upselld \- up\-sell likelihood, next best action and follow\-up tasks beside a CRM
.SH SYNOPSIS
.B upselld
.RI [ options ]
.I command
.RI [ arguments ]
.SH DESCRIPTION
.B upselld
reads accounts, orders, activity and support records from a CRM, learns from them how likely each
account is to be up\-sold, and writes likelihood, reasons and follow\-up tasks back.
Nothing is written to a CRM until its connection says
.BR "write: fields" " or " "write: fields_and_tasks" .
.PP
.B upselld run
is the service: it does what is due when the schedules say.
All other commands work beside it.
Those that write wait until it has ended what it is doing; those that only read do not wait.
.PP
An
.I ACCOUNT
is an id, connection:id, a link into the CRM, or a name.
.SH OPTIONS
)";

const char* const kAfter = R"(.SH EXIT STATUS
.TP
.B 0
done
.TP
.B 1
failed
.TP
.B 2
wrong usage or settings, or a FAIL in
.B check
.TP
.B 3
done, but held, or some items were rejected
.SH FILES
.TP
.I /etc/upselld/upselld.yaml
Where data comes from, when it runs and how far it may go;
.B upselld sample\-config
explains every option.
.TP
.I playbook.yaml
What reps are told; beside the settings.
.TP
.I /var/lib/upselld
The state of the service, and of commands that go by its settings.
.SH ENVIRONMENT
.TP
.B STATE_DIRECTORY
The state directory, where the settings name none.
.TP
.B UPSELLD_CLOCK
A file that holds the time of a rehearsal. Waiting moves it; but while a file of its name with .held
behind it stands beside it, a service that rests waits for somebody who moves it.
.SH EXAMPLES
.nf
upselld check
upselld sync
upselld accounts \-\-top 10
upselld plan monday.plan
upselld apply monday.plan
.fi
.SH SEE ALSO
.BR systemctl (1),
.BR journalctl (1)
.PP
.I /usr/share/doc/upselld
)";

}  // namespace

// The page of the manual, from the table that the help is made of.
Result<int> manual_command(const Invocation&) {
  std::string page =
      fmt::format(".TH UPSELLD 1 \"{}\" \"upselld {}\" \"User Commands\"\n", kChangedOn, kVersion);
  page += kBefore;
  for (const OptionSpec& option : global_options()) {
    page += entry(option_head(option), roff(option.help) + ".");
  }
  page += ".SH COMMANDS\n";
  for (const CommandSpec& command : command_table()) page += command_entry(command);
  std::cout << page << kAfter;
  return kDone;
}

}  // namespace upselld::daemon
