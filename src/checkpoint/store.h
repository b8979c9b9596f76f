#pragma once
// The checkpoints of one run: whole folders, built under a temporary name, synced, renamed; a
// manifest with sizes and checksums written last; `latest` naming only complete ones.
//
//   <folder>/<suffix>/            suffix: ntoks/<tokens>, best, pre_lora_checkpoint, final/<tokens>
//       model.safetensors         phase 1: every parameter, by slash path
//       base.safetensors          phase 2: the frozen base (hard-linked between checkpoints)
//       adapters.safetensors      phase 2: <path>/lora_A, <path>/lora_B, …; see lora/lora.h
//       starts.safetensors        phase 2 from pissa or olora: what was taken out of the base
//       optimizer.safetensors     moments
//       scores.safetensors        what each item of validation and tasks scored at each boundary
//       state.json  config.yaml   everything else a run is; the resolved config
//       kept/…                    files that whoever uses the run needs (hard-linked likewise)
//       manifest.json             format version, name → {bytes, xxh3_128}, its own checksum; last
//   <folder>/latest               text: the suffix

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/file_texts.h"
#include "base/files.h"
#include "twofold/tensor/parameters.h"

namespace twofold {

struct FileRecord;
struct Manifest;

/// Of a checkpoint: where the files are that it keeps as they are.
inline constexpr const char* kKeptFolder = "kept";

/// What is saved: tensors by file stem, two texts, and files as they are.
struct Snapshot {
  std::map<std::string, NamedTensors> tensors;  ///< "model" → …
  /// Stems whose contents never change within a phase (the frozen base): hard-linked from the
  /// newest complete checkpoint that has them with the same `immutable_id`, written otherwise.
  std::map<std::string, std::string> immutable_ids;
  nlohmann::json state;
  std::string config_yaml;
  /// What goes into kept/. A file that the newest complete checkpoint has just so is hard-linked.
  const FileTexts* kept = nullptr;
};

/// A checkpoint that has been found complete.
struct CheckpointInfo {
  std::string suffix;
  Path folder;
  nlohmann::json state;
  int64_t bytes = 0;  ///< on disk, shared files counted once per checkpoint

  int64_t step() const;    ///< optimizer steps of the whole run; 0 if the state does not say
  int64_t tokens() const;  ///< consumed over the whole run
  int phase() const;       ///< its number
};

class CheckpointStore {
 public:
  static constexpr int kFormatVersion = 1;

  /// `folder`: <root>/checkpoints/<project>/<group>/<name>. Leftovers of interrupted saves are
  /// removed by the first save, never by reading.
  explicit CheckpointStore(Path folder);

  /// Publishes `snapshot` as `suffix` (replacing an older one of that name) and, if `move_latest`,
  /// points `latest` at it. Interruption at any moment leaves either the old or the new state. A
  /// full disk is an Error; what was there before stays.
  void save(const std::string& suffix, const Snapshot& snapshot, bool move_latest);

  /// Removes all but the newest `keep` ntoks checkpoints (0 keeps all); never the one `latest`
  /// names, best, pre_lora_checkpoint or final.
  void prune(int64_t keep);

  /// For a run whose state at `step` has turned out to have diverged: deletes the periodic
  /// checkpoints of that step and later ones, makes `latest` name the newest checkpoint before it,
  /// and returns that checkpoint's suffix, or nothing if there is none. After an interruption at
  /// any moment, the run comes to the same step again.
  std::optional<std::string> discard_diverged(int64_t step);

  /// Complete checkpoints (manifest present, sizes right), oldest first by (step, suffix).
  std::vector<CheckpointInfo> list() const;
  /// The suffix `latest` names, if the file exists.
  std::optional<std::string> latest() const;
  /// The newest checkpoint that verifies, starting from `latest`; each one that does not is
  /// reported through `warn` and skipped. Empty if there are no checkpoints; throws an Error if
  /// there are some but all are broken.
  std::optional<CheckpointInfo> newest_valid(
      const std::function<void(const std::string&)>& warn) const;

  /// Verifies every checksum. Throws an Error naming the file and the fault (missing, truncated,
  /// altered, written by a newer version).
  static CheckpointInfo open(const Path& checkpoint_folder, const std::string& suffix);
  static NamedTensors read(const CheckpointInfo& info, const std::string& stem);
  /// The same of what a model computes with: an Error if it is not finite.
  static NamedTensors read_weights(const CheckpointInfo& info, const std::string& stem);
  static bool has(const CheckpointInfo& info, const std::string& stem);
  static std::string config_yaml(const CheckpointInfo& info);
  /// The folder of kept files, and all that are in it; none in a checkpoint without any.
  static Path kept_folder(const CheckpointInfo& info) { return info.folder / kKeptFolder; }
  static FileTexts kept(const CheckpointInfo& info);

  const Path& folder() const { return folder_; }

 private:
  bool link(const Path& source, const FileRecord& record, const Path& destination);
  bool link_immutable(const std::string& file, const std::string& stem, const std::string& id,
                      const Path& destination);
  void write_kept(const Path& work, const FileTexts& kept, Manifest& manifest);
  void write_contents(const Path& work, const Snapshot& snapshot);

  Path folder_;
  std::set<std::string> sound_;  ///< identities of files written or verified by this process
};

}  // namespace twofold
