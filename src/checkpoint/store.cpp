// Which checkpoints there are, which one to continue from, and which may go.

#include "checkpoint/store.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <tuple>

#include "base/error.h"
#include "checkpoint/manifest.h"
#include "checkpoint/publish.h"
#include "formats/json.h"

namespace twofold {
namespace {

/// A checkpoint as far as a look at it tells, without reading its tensors.
CheckpointInfo glance(const Path& root, const std::string& suffix) {
  const Path folder = resolve_published(root / suffix);
  const Manifest manifest = Manifest::read(folder);
  manifest.check_sizes(folder);
  const Path state = folder / "state.json";
  return {.suffix = suffix,
          .folder = folder,
          .state = formats::parse_json(read_text(state), state.string()),
          .bytes = manifest.total_bytes()};
}

bool is_periodic(const CheckpointInfo& info) { return info.suffix.starts_with("ntoks/"); }

struct Survey {
  std::vector<CheckpointInfo> complete;  ///< oldest first
  std::vector<std::string> broken;
};

Survey survey(const Path& root) {
  Survey found;
  visit_suffixes(root, [&](const std::string& suffix) {
    try {
      found.complete.push_back(glance(root, suffix));
    } catch (const Error&) {
      found.broken.push_back(suffix);
    }
  });
  std::ranges::sort(found.complete, {}, [](const CheckpointInfo& info) {
    return std::make_tuple(info.step(), info.suffix);
  });
  return found;
}

/// Suffixes in the order in which they are tried: latest, those that even a glance finds broken (so
/// that they are reported), then newest first.
std::vector<std::string> candidates(const Path& root, const std::optional<std::string>& latest) {
  const Survey found = survey(root);
  std::vector<std::string> order;
  if (latest) order.push_back(*latest);
  const auto add = [&](const std::string& suffix) {
    if (suffix != latest) order.push_back(suffix);
  };
  std::ranges::for_each(found.broken, add);
  for (const CheckpointInfo& info : found.complete | std::views::reverse) add(info.suffix);
  return order;
}

}  // namespace

CheckpointStore::CheckpointStore(Path folder) : folder_(std::move(folder)) {}

std::vector<CheckpointInfo> CheckpointStore::list() const { return survey(folder_).complete; }

std::optional<std::string> CheckpointStore::latest() const {
  const Path file = folder_ / "latest";
  if (!std::filesystem::exists(file)) return std::nullopt;
  const std::string text = read_text(file);
  return text.substr(0, text.find('\n'));
}

std::optional<CheckpointInfo> CheckpointStore::newest_valid(
    const std::function<void(const std::string&)>& warn) const {
  std::vector<Problem> problems;
  for (const std::string& suffix : candidates(folder_, latest())) {
    try {
      return open(folder_ / suffix, suffix);
    } catch (const Error& error) {
      const Problem& problem = error.problems().front();
      warn(fmt::format("checkpoint {} is skipped: {} ({}; expected {}, found {})", suffix,
                       problem.what, problem.where, problem.expected, problem.found));
      problems.insert(problems.end(), error.problems().begin(), error.problems().end());
    }
  }
  if (problems.empty()) return std::nullopt;
  problems.front().hint = fmt::format(
      "no checkpoint of this run can be read; move {} away to start anew", folder_.string());
  throw_first_problems(std::move(problems), folder_.string());
  return std::nullopt;
}

std::optional<std::string> CheckpointStore::discard_diverged(int64_t step) {
  const std::vector<CheckpointInfo> all = list();
  std::optional<std::string> sound;
  for (const CheckpointInfo& info : all) {
    if (info.step() < step && (!sound || info.suffix != "best")) sound = info.suffix;
  }
  if (sound) {
    write_atomic(folder_ / "latest", *sound + "\n");
  } else {
    std::error_code absent;
    std::filesystem::remove(folder_ / "latest", absent);
  }
  for (const CheckpointInfo& info : all) {
    if (info.step() >= step && is_periodic(info)) remove_published(info.folder, folder_);
  }
  return sound;
}

void CheckpointStore::prune(int64_t keep) {
  if (keep <= 0) return;
  const std::optional<std::string> current = latest();
  std::vector<CheckpointInfo> periodic = list();
  std::erase_if(periodic, [](const auto& info) { return !is_periodic(info); });
  const auto excess = static_cast<int64_t>(periodic.size()) - keep;
  for (int64_t i = 0; i < excess; ++i) {
    if (periodic[i].suffix != current) remove_published(periodic[i].folder, folder_);
  }
}

}  // namespace twofold
