#include "cli/commands.h"

#include <fmt/format.h>
#include <twofold/export.h>
#include <twofold/job.h>
#include <twofold/render.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <optional>

#include "cli/console.h"

namespace {

/// What a verb's options are bound to; lives as long as the verb.
struct Arguments {
  twofold::ExecutionSpec spec;
  twofold::ConfigSource config;
  std::string job, out, root;
  std::optional<std::string> restore;
  bool reference = false, adapters_off = false, no_tokenizer = false;
  twofold::ExportRequest exported;
};

std::shared_ptr<Arguments> verb(CLI::App& app, const std::string& name, const std::string& summary,
                                CLI::App*& command) {
  command = app.add_subcommand(name, summary);
  return std::make_shared<Arguments>();
}

void take_config(CLI::App* command, Arguments& to) {
  command->add_option("config", to.config.file, "YAML file of the job")->required();
}

void take_root(CLI::App* command, Arguments& to) {
  command->add_option("ROOT", to.spec.root, "folder of data/, checkpoints/ and results/")
      ->required();
}

void take_overrides(CLI::App* command, Arguments& to) {
  command->add_option("overrides", to.config.overrides, "key.path=value: any declared key");
}

/// ROOT may be left out, so that the first override may stand in its place.
void take_override_for_root(Arguments& to) {
  if (to.root.find('=') != std::string::npos && !std::filesystem::is_directory(to.root)) {
    to.config.overrides.insert(to.config.overrides.begin(), to.root);
  } else {
    to.spec.root = to.root;
  }
}

void take_identity(CLI::App* command, Arguments& to) {
  command->add_option("NAME", to.spec.name, "name of the run")->required();
  command->add_option("-p,--project", to.spec.project)->capture_default_str();
  command->add_option("-g,--group", to.spec.group)->capture_default_str();
}

}  // namespace

void add_jobs(CLI::App& app) {
  app.add_subcommand("jobs", "list what can be run")->callback([] {
    for (const auto& job : twofold::jobs()) fmt::print("{:36}{}\n", job.name, job.summary);
  });
}

void add_configure(CLI::App& app) {
  CLI::App* command = nullptr;
  const auto to = verb(app, "configure", "write a full, commented YAML of a job", command);
  command->add_option("JOB", to->job, "see `twofold jobs`");
  command->add_option("out.yaml", to->out, "file to write; - for the terminal");
  command->add_flag("--reference", to->reference, "print the reference of every key of every job");
  take_overrides(command, *to);
  command->callback([to] {
    if (to->reference) {
      fmt::print("{}", twofold::config_reference());
      return;
    }
    if (to->out.empty()) throw CLI::RequiredError("JOB and out.yaml");
    const std::string yaml = twofold::configure(to->job, to->config.overrides);
    if (to->out == "-") {
      fmt::print("{}", yaml);
    } else {
      twofold::write_config(to->out, yaml);
      fmt::print("wrote {}\nnext: twofold plan {} ROOT\n", to->out, to->out);
    }
  });
}

void add_plan(CLI::App& app) {
  CLI::App* command = nullptr;
  const auto to =
      verb(app, "plan", "steps, tokens, parameters, memory, data; allocates nothing", command);
  take_config(command, *to);
  command->add_option("ROOT", to->root, "folder of data/; without it nothing is said of the data");
  take_overrides(command, *to);
  command->callback([to] {
    take_override_for_root(*to);
    for (const auto& table : twofold::plan(to->config, to->spec.root)) {
      fmt::print("{}\n", twofold::render(table));
    }
  });
}

void add_tokenize(CLI::App& app) {
  CLI::App* command = nullptr;
  const auto to = verb(app, "tokenize", "text to dataset files under ROOT/data", command);
  take_config(command, *to);
  take_root(command, *to);
  take_overrides(command, *to);
  command->callback([to] {
    Console console(stdout);
    twofold::tokenize(to->config, to->spec.root, console);
  });
}

void add_run(CLI::App& app) {
  CLI::App* command = nullptr;
  const auto to = verb(app, "run", "run a job, or continue it where it stopped", command);
  take_identity(command, *to);
  take_config(command, *to);
  take_root(command, *to);
  command->add_option("--restore", to->restore,
                      "checkpoint to start from: project/group/name/suffix under ROOT/checkpoints");
  take_overrides(command, *to);
  command->callback([to] {
    Console console(stdout);
    twofold::run(to->config, to->spec, to->restore, console);
  });
}

void add_checkpoints(CLI::App& app) {
  CLI::App* command = nullptr;
  const auto to = verb(app, "checkpoints", "list the checkpoints of a run", command);
  take_identity(command, *to);
  take_root(command, *to);
  command->callback([to] { fmt::print("{}", twofold::render(twofold::checkpoints(to->spec))); });
}

void add_export(CLI::App& app) {
  CLI::App* command = nullptr;
  const auto to = verb(app, "export", "write a run's weights in another program's format", command);
  take_identity(command, *to);
  take_root(command, *to);
  command->add_option("--to", to->exported.format, twofold::export_summary())
      ->capture_default_str();
  command->add_option("OUT", to->exported.out, "file or folder to write; must not exist")
      ->required();
  command->add_option("--checkpoint", to->exported.suffix, "suffix; default: the newest");
  command->add_option("--dtype", to->exported.dtype,
                      "element type, as the format names it; default: the weights' own");
  command->add_flag("--adapters-off", to->adapters_off, "the frozen base alone");
  command->add_flag("--no-tokenizer", to->no_tokenizer, "gguf: a file that takes token ids only");
  command->callback([to] {
    Console console(stdout);
    to->exported.adapters = !to->adapters_off;
    to->exported.tokenizer = !to->no_tokenizer;
    twofold::export_model(to->spec, to->exported, console);
  });
}
