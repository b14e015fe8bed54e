#include "CCommandLine.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

struct MVCLApp {
  CLI::App app;
  std::map<std::string, CLI::App*> commands;
  std::string message;
  std::string version;
};

GuardedStatus mvcl_app_new(const char* name, const char* description, const char* footer, const char* version,
                           MVCLApp** app) {
  return guarded<CLI::Error>([&] {
    auto made = std::make_unique<MVCLApp>();
    made->app.name(name);
    made->app.description(description);
    made->app.footer(footer);
    made->app.require_subcommand(1);
    made->app.get_formatter()->column_width(34);
    made->app.option_defaults()->always_capture_default(false);
    if (version != nullptr) {
      made->version = version;
      made->app.set_version_flag("--version", made->version);
    }
    *app = made.release();
  });
}
void mvcl_app_free(MVCLApp* app) { delete app; }

GuardedStatus mvcl_add_command(MVCLApp* app, const char* name, const char* description, const char* footer) {
  return guarded<CLI::Error>([&] {
    CLI::App* command = app->app.add_subcommand(name, description);
    command->footer(footer);
    app->commands[name] = command;
  });
}

GuardedStatus mvcl_add_flag(MVCLApp* app, const char* command, const char* names, const char* help) {
  return guarded<CLI::Error>([&] { app->commands.at(command)->add_flag(names)->description(help); });
}

GuardedStatus mvcl_add_option(MVCLApp* app, const char* command, const char* names, const char* value_name,
                              const char* help, const char* default_text, int required, int maximum) {
  return guarded<CLI::Error>([&] {
    CLI::Option* option = app->commands.at(command)->add_option(names);
    option->description(help);
    option->type_name(value_name);
    // One value at a time, so that what follows an option is never swallowed.
    option->allow_extra_args(option->get_positional() && maximum != 1);
    option->expected(1, maximum == 0 ? CLI::detail::expected_max_vector_size : maximum);
    option->multi_option_policy(maximum == 1 ? CLI::MultiOptionPolicy::Throw : CLI::MultiOptionPolicy::TakeAll);
    if (default_text[0] != '\0') option->default_str(default_text);
    option->required(required != 0);
  });
}

GuardedStatus mvcl_parse(MVCLApp* app, int count, const char* const* arguments, MVCLOutcome* outcome,
                         const char** message) {
  return guarded<CLI::Error>([&] {
    std::vector<std::string> words(arguments, arguments + count);
    std::reverse(words.begin(), words.end());  // CLI11 takes them last first
    app->message.clear();
    *outcome = MVCLParsed;
    try {
      app->app.parse(words);
    } catch (const CLI::CallForHelp&) {
      app->message = app->app.help();
      *outcome = MVCLInformation;
    } catch (const CLI::CallForVersion& version) {
      app->message = std::string(version.what()) + "\n";
      *outcome = MVCLInformation;
    } catch (const CLI::ParseError& error) {
      app->message = error.what();
      *outcome = MVCLWrong;
    }
    *message = app->message.c_str();
  });
}

const char* mvcl_given_command(const MVCLApp* app) {
  for (const auto& [name, command] : app->commands) {
    if (command->parsed()) return name.c_str();
  }
  return nullptr;
}
size_t mvcl_value_count(const MVCLApp* app, const char* command, const char* name) {
  return app->commands.at(command)->get_option(name)->results().size();
}
const char* mvcl_value(const MVCLApp* app, const char* command, const char* name, size_t index) {
  return app->commands.at(command)->get_option(name)->results()[index].c_str();
}
