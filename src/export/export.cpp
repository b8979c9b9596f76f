#include <ATen/core/Tensor.h>
#include <fmt/format.h>
#include <twofold/processor.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/text.h"
#include "base/unpublished.h"
#include "export/format.h"
#include "export/numbers.h"
#include "export/probe.h"

namespace twofold {
namespace {

/// How far the losses of the exported files may be from the live model's: the absolute difference,
/// averaged over the probe's tokens, divided by the mean loss (by 1 if the mean loss is less). The
/// tolerances are what the dtype's own rounding costs, with room; a wrong tensor costs tens of
/// times more.
double tolerance(const std::string& dtype) {
  static const std::map<std::string, double> kTolerances = {
      {"float32", 1e-5}, {"float16", 1e-3}, {"bfloat16", 8e-3}, {"f32", 1e-5},
      {"f16", 1e-3},     {"bf16", 8e-3},    {"q8_0", 2e-2}};
  return kTolerances.at(dtype);
}

const ExportFormat& find_format(const std::string& name) {
  std::vector<std::string> names;
  for (const ExportFormat& format : export_formats()) {
    if (format.name == name) return format;
    names.emplace_back(format.name);
  }
  fail({.what = "unknown export format",
        .where = "--to",
        .expected = join(names, ", "),
        .found = name,
        .hint = did_you_mean(name, names, "twofold export --help says what each one is")});
}

void check(const ExportFormat& format, const ExportRequest& request) {
  std::vector<std::string> dtypes = format.dtypes;
  std::erase(dtypes, "");
  const bool known = std::find(dtypes.begin(), dtypes.end(), request.dtype) != dtypes.end();
  if (!known && !request.dtype.empty()) {
    fail({.what = "unknown dtype",
          .where = "--dtype",
          .expected = join(dtypes, ", "),
          .found = request.dtype,
          .hint = did_you_mean(request.dtype, dtypes, "leave --dtype out")});
  }
  if (request.out.empty()) {
    fail({.what = "the export has no name",
          .where = "OUT",
          .expected = "a file or folder to write",
          .found = "an empty text",
          .hint = "give it a name, such as exported"});
  }
  if (format.attach && !request.adapters) {
    fail({.what = "adapters alone, and no adapters: nothing would be written",
          .where = std::string("--to ") + format.name,
          .expected = "adapters to write",
          .found = "--adapters-off",
          .hint = std::string("leave --adapters-off out; the base itself is written by --to ") +
                  format.base_format});
  }
  require_free(request.out);
}

/// The dtype asked for; else the one that the weights came in, or that the run keeps them in, under
/// the format's name for it.
std::string export_dtype(const ExportFormat& format, const LoadedRun& run,
                         const std::string& asked) {
  if (!asked.empty()) return asked;
  const RunState& progress = run.state->progress;
  std::string own = progress.weights_dtype;
  if (own.empty()) {
    own = run.state->adapted() ? run.config.lora.base_dtype : run.model_config().param_dtype;
  }
  if (own == kNf4) own = "bfloat16";
  static const std::map<std::string, std::string> kShort = {
      {"float32", "f32"}, {"float16", "f16"}, {"bfloat16", "bf16"}};
  for (const std::string& name : {own, kShort.contains(own) ? kShort.at(own) : own}) {
    const auto& dtypes = format.dtypes;
    if (std::find(dtypes.begin(), dtypes.end(), name) != dtypes.end()) return name;
  }
  return format.dtypes.back();
}

void require_adapters(const LoadedRun& run) {
  if (!run.adapters().empty()) return;
  fail({.what = "the checkpoint has no adapters",
        .where = run.checkpoint.folder.string(),
        .expected = "a checkpoint of phase 2",
        .found = "phase 1",
        .hint = "export it with --to merged, or choose another --checkpoint"});
}

std::unique_ptr<Model> read_back(const ExportFormat& format, const ExportSource& source,
                                 const Path& temporary) {
  if (format.attach) {
    auto model = model_of(source.model_config(), weights_below(source.run, source.base));
    format.attach(source, temporary, *model);
    return model;
  }
  auto model = format.read_back(source, temporary);
  model->parameters().move_to(source.model().parameters().device());
  return model;
}

void verify(const ExportSource& source, const Probe& probe, const at::Tensor& live,
            const at::Tensor& exported) {
  const ProbeDifference apart = compare_losses(live, exported);
  const double allowed = tolerance(source.dtype) * std::max(1.0, std::abs(apart.live));
  if (!(apart.mean <= allowed)) {
    fail({.what = "the exported files do not compute what the run's model computes",
          .where = source.request.out.string(),
          .expected = fmt::format("losses of {} within {:.1e} on average ({})", probe.contents,
                                  allowed, source.dtype),
          .found = fmt::format("{:.1e} apart (mean loss {:.5f} live, {:.5f} read back)", apart.mean,
                               apart.live, apart.exported),
          .hint = "nothing was published; try --dtype float32, or report this as a bug"});
  }
  source.observer.message(
      Severity::kInfo,
      fmt::format("verified on {}: loss {:.6f} live, {:.6f} read back; tokens differ by {:.1e} on "
                  "average (allowed {:.1e}), {:.1e} at most",
                  probe.contents, apart.live, apart.exported, apart.mean, allowed, apart.largest));
}

/// Other dtypes of the format, which may hold what `dtype` does not.
std::string other_dtypes(const ExportFormat& format, const std::string& dtype) {
  std::vector<std::string> others;
  for (const std::string& name : format.dtypes) {
    if (!name.empty() && name != dtype) others.push_back("--dtype " + name);
  }
  return others.empty() ? "report this as a bug" : "try " + join(others, " or ");
}

void require_number(const ExportFormat& format, const ExportSource& source,
                    const WrongNumber& wrong) {
  if (wrong.place.empty()) return;
  fail({.what = fmt::format("a number does not fit into {}", source.dtype),
        .where = fmt::format("{}: {}", source.request.out.string(), wrong.place),
        .expected = format.attach ? "a finite number"
                                  : fmt::format("{:g}, as in the run's model, rounded", wrong.live),
        .found = fmt::format("{:g}", wrong.exported),
        .hint = "nothing was published; " + other_dtypes(format, source.dtype)});
}

/// The probe reads few rows of a table; here every number is looked at.
void verify_numbers(const ExportFormat& format, const ExportSource& source, const Model& exported) {
  const bool alone = format.attach != nullptr;
  require_number(format, source, find_wrong_number(source.model(), exported, source.dtype, alone));
}

/// Says what adapters alone belong on; and how they do there, where another program will find them.
void report_base(const ExportFormat& format, ExportSource& source, const Probe& probe,
                 const at::Tensor& live, const Path& temporary) {
  if (!source.base.folder) {
    const bool expected = source.model_config().weights.empty();
    source.observer.message(
        expected ? Severity::kInfo : Severity::kWarning,
        fmt::format("{}: the adapters belong on what `twofold export {} ROOT --to {} "
                    "--adapters-off` writes",
                    source.base.reason, source.spec.name, format.base_format));
    return;
  }
  format.attach(source, temporary, *source.base.folder);
  const ProbeDifference apart = compare_losses(live, probe_losses(*source.base.folder, probe));
  source.observer.message(
      Severity::kInfo,
      fmt::format("on {} as its files are (the run's base is in {}): loss {:.6f}; tokens differ by "
                  "{:.1e} on average, {:.1e} at most",
                  source.model_config().weights, source.run.config.lora.base_dtype, apart.exported,
                  apart.mean, apart.largest));
}

}  // namespace

std::string export_summary() {
  std::vector<std::string> lines;
  for (const ExportFormat& format : export_formats()) {
    lines.push_back(fmt::format("{}: {}", format.name, format.summary));
  }
  return join(lines, "; ");
}

void export_model(const ExecutionSpec& spec, const ExportRequest& request, Observer& observer) {
  instruction_set();  // refuses what could not be computed, before anything is read
  const ExportFormat& format = find_format(request.format);
  check(format, request);
  LoadedRun run = load_run(spec, request.suffix, request.device);
  if (format.attach) require_adapters(run);
  if (!request.adapters) leave_original_weights(run);
  ExportSource source{.spec = spec,
                      .request = request,
                      .run = run,
                      .dtype = export_dtype(format, run, request.dtype),
                      .observer = observer};
  const Probe probe = make_probe(run, spec);
  const at::Tensor live = probe_losses(*run.state->model, probe);
  unpack_parameters(run.state->model->parameters());
  if (format.attach) source.base = find_adapter_base(run);
  Unpublished out(request.out);
  require_number(format, source, find_overflow_number(source.model(), source.dtype));
  format.write(source, out.path());
  const std::unique_ptr<Model> exported = read_back(format, source, out.path());
  verify_numbers(format, source, *exported);
  verify(source, probe, live, probe_losses(*exported, probe));
  if (format.attach) report_base(format, source, probe, live, out.path());
  out.publish();
  observer.message(Severity::kInfo,
                   fmt::format("{} of {} written to {} as {}", run.checkpoint.suffix, spec.name,
                               request.out.string(), source.dtype));
}

}  // namespace twofold
