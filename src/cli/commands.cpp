#include "cli/commands.h"

#include <fmt/format.h>
#include <twofold/export.h>
#include <twofold/job.h>
#include <twofold/process.h>
#include <twofold/render.h>
#include <unistd.h>

#include <cstdio>
#include <memory>

#include "cli/console.h"
#include "cli/model_options.h"

namespace {

/// What the options of a command are bound to.
struct Arguments {
  twofold::ExecutionSpec spec;
  twofold::ConfigSource config;
  std::string job, out, root;
  std::optional<std::string> restore;
  bool reference = false, adapters_off = false, no_tokenizer = false;
  twofold::ExportRequest exported;
};

Option config_option(Arguments& to) {
  return {.names = "config",
          .target = &to.config.file,
          .help = "YAML file of the job",
          .required = true};
}

Option root_option(Arguments& to) {
  return {.names = "ROOT",
          .target = &to.spec.root,
          .help = "folder of data/, checkpoints/ and results/",
          .required = true};
}

Option overrides_option(Arguments& to) {
  return {.names = "overrides",
          .target = &to.config.overrides,
          .help = "key.path=value: any declared key"};
}

/// ROOT may be left out, so that the first override may stand in its place.
void take_override_for_root(Arguments& to) {
  if (to.root.find('=') != std::string::npos && !std::filesystem::is_directory(to.root)) {
    to.config.overrides.insert(to.config.overrides.begin(), to.root);
  } else {
    to.spec.root = to.root;
  }
}

/// The options that name a run, followed by others.
std::vector<Option> with_identity(Arguments& to, const std::vector<Option>& others) {
  std::vector<Option> options = {
      {.names = "NAME", .target = &to.spec.name, .help = "name of the run", .required = true},
      {.names = "-p,--project", .target = &to.spec.project, .show_default = true},
      {.names = "-g,--group", .target = &to.spec.group, .show_default = true}};
  options.insert(options.end(), others.begin(), others.end());
  return options;
}

void write_configuration(const Arguments& to) {
  if (to.reference) {
    fmt::print("{}", twofold::config_reference());
    return;
  }
  if (to.out.empty()) throw MissingArguments{"JOB and out.yaml"};
  const std::string yaml = twofold::configure(to.job, to.config.overrides);
  if (to.out == "-") {
    fmt::print("{}", yaml);
  } else {
    twofold::write_config(to.out, yaml);
    fmt::print("wrote {}\nnext: twofold plan {} ROOT\n", to.out, to.out);
  }
}

std::vector<Option> export_options(Arguments& to) {
  return {root_option(to),
          {.names = "--to",
           .target = &to.exported.format,
           .help = twofold::export_summary(),
           .show_default = true},
          {.names = "OUT",
           .target = &to.exported.out,
           .help = "file or folder to write; must not exist",
           .required = true},
          {.names = "--checkpoint",
           .target = &to.exported.suffix,
           .help = "suffix; default: the newest"},
          {.names = "--dtype",
           .target = &to.exported.dtype,
           .help = "element type, as the format names it; default: the weights' own"},
          {.names = "--adapters-off", .target = &to.adapters_off, .help = "the frozen base alone"},
          {.names = "--no-tokenizer",
           .target = &to.no_tokenizer,
           .help = "without the tokenizer: what is written takes token ids only"},
          device_option(to.exported.device)};
}

}  // namespace

Command jobs_command() {
  return {.name = "jobs", .summary = "list what can be run", .run = [] {
            for (const auto& job : twofold::jobs()) fmt::print("{:36}{}\n", job.name, job.summary);
          }};
}

Command configure_command() {
  const auto to = std::make_shared<Arguments>();
  return {.name = "configure",
          .summary = "write a full, commented YAML of a job",
          .options = {{.names = "JOB", .target = &to->job, .help = "see `twofold jobs`"},
                      {.names = "out.yaml",
                       .target = &to->out,
                       .help = "file to write; - for the terminal"},
                      {.names = "--reference",
                       .target = &to->reference,
                       .help = "print the reference of every key of every job"},
                      overrides_option(*to)},
          .run = [to] { write_configuration(*to); }};
}

Command plan_command() {
  const auto to = std::make_shared<Arguments>();
  return {.name = "plan",
          .summary = "steps, tokens, parameters, memory, data; allocates nothing",
          .options = {config_option(*to),
                      {.names = "ROOT",
                       .target = &to->root,
                       .help = "folder of data/; without it nothing is said of the data"},
                      overrides_option(*to)},
          .run = [to] {
            take_override_for_root(*to);
            for (const auto& table : twofold::plan(to->config, to->spec.root)) {
              fmt::print("{}\n", twofold::render(table));
            }
          }};
}

Command preview_command() {
  const auto to = std::make_shared<Arguments>();
  return {.name = "preview",
          .summary = "decoded rows, what is learnt of them, what was cut; writes nothing",
          .options = {config_option(*to), root_option(*to), overrides_option(*to)},
          .run = [to] {
            const bool terminal = isatty(STDOUT_FILENO) == 1;
            const twofold::Preview preview = twofold::preview(to->config, to->spec.root);
            for (const auto& table : preview.tables) fmt::print("{}\n", twofold::render(table));
            for (const auto& row : preview.rows) fmt::print("{}\n", twofold::render(row, terminal));
          }};
}

Command tokenize_command() {
  const auto to = std::make_shared<Arguments>();
  return {.name = "tokenize",
          .summary = "text to dataset files under ROOT/data",
          .options = {config_option(*to), root_option(*to), overrides_option(*to)},
          .run = [to] {
            Console console(stdout);
            twofold::tokenize(to->config, to->spec.root, console);
          }};
}

Command run_command() {
  const auto to = std::make_shared<Arguments>();
  const Option restore = {
      .names = "--restore",
      .target = &to->restore,
      .help = "checkpoint to start from: project/group/name/suffix under ROOT/checkpoints"};
  return {.name = "run",
          .summary = "run a job, or continue it where it stopped",
          .options = with_identity(
              *to, {config_option(*to), root_option(*to), restore, overrides_option(*to)}),
          .run = [to] {
            Console console(stdout);
            twofold::run(to->config, to->spec, {.restore = to->restore, .own_process = true},
                         console);
          }};
}

Command checkpoints_command() {
  const auto to = std::make_shared<Arguments>();
  return {.name = "checkpoints",
          .summary = "list the checkpoints of a run",
          .options = with_identity(*to, {root_option(*to)}),
          .run = [to] { fmt::print("{}", twofold::render(twofold::checkpoints(to->spec))); }};
}

Command export_command() {
  const auto to = std::make_shared<Arguments>();
  return {.name = "export",
          .summary = "write a run's weights in another program's format",
          .options = with_identity(*to, export_options(*to)),
          .run = [to] {
            Console console(stdout);
            to->exported.adapters = !to->adapters_off;
            to->exported.tokenizer = !to->no_tokenizer;
            twofold::apply_process_settings();
            twofold::export_model(to->spec, to->exported, console);
          }};
}
