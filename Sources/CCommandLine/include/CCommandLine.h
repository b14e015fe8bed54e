// CLI11 behind plain C: commands, options and positional arguments in, texts out.
#ifndef CCOMMANDLINE_H
#define CCOMMANDLINE_H

#include <stddef.h>

#include "CGuarded.h"

#ifdef __cplusplus
extern "C" {
#endif

/// From here on an access to a mapped file that was cut short ends the process by a line that names the file.
///
/// The process then ends with `code`; without it the system ends it by a signal.
void mvcl_explain_bus_errors(const char* program, int code);

/// Goes on in a child: returns 1 there, and 0 in this process once the child has ended.
///
/// `status` gets the child's exit code, or the number of the signal that ended it, below zero. Signals that ask
/// to stop reach the child. Returns -1 where there is no child.
int mvcl_in_child(int* status);

/// A program with commands; owns its commands.
typedef struct MVCLApp MVCLApp;

typedef enum MVCLOutcome {
  MVCLParsed = 0,
  /// `--help` or `--version` was asked for: print the message to stdout.
  MVCLInformation = 1,
  /// The arguments are wrong: the message says why.
  MVCLWrong = 2,
} MVCLOutcome;

/// Creates a program; `footer` is the end of its help.
///
/// `version` may be null.
GuardedStatus mvcl_app_new(const char* name, const char* description, const char* footer, const char* version,
                           MVCLApp** app);
void mvcl_app_free(MVCLApp* app);

/// Adds a command, which later calls refer to by `name`.
GuardedStatus mvcl_add_command(MVCLApp* app, const char* name, const char* description, const char* footer);
/// Adds a flag such as "--json" to a command.
GuardedStatus mvcl_add_flag(MVCLApp* app, const char* command, const char* names, const char* help);
/// Adds an option with a value such as "--jobs", or a positional argument (names without dashes).
///
/// `maximum` is how often it may be given, 0 for any number of times.
GuardedStatus mvcl_add_option(MVCLApp* app, const char* command, const char* names, const char* value_name,
                              const char* help, const char* default_text, int required, int maximum);

/// Reads the arguments (without the program's name). The message stays valid until the next parse.
GuardedStatus mvcl_parse(MVCLApp* app, int count, const char* const* arguments, MVCLOutcome* outcome,
                         const char** message);
/// The command that was given, or null.
const char* mvcl_given_command(const MVCLApp* app);
/// How many values the option of the given command has; for a flag, how often it was given.
size_t mvcl_value_count(const MVCLApp* app, const char* command, const char* name);
/// One value of an option; valid as long as the program.
const char* mvcl_value(const MVCLApp* app, const char* command, const char* name, size_t index);

/// The words that this process was started with, its name first, and how many they are.
///
/// They are the system's own, kept as the process began: Swift reads them from /proc, which need not be mounted.
const char* const* mvcl_started_with(int* count);
/// The path by which the system started this process's program; null where it does not tell.
const char* mvcl_started_program(void);

#ifdef __cplusplus
}
#endif

#endif
