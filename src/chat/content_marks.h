#pragma once
// data/content_marks: special tokens that people's texts spell.

#include <array>
#include <utility>

namespace twofold::chat {

/// data/content_marks: what a special token is that a message spells.
enum class ContentMarks {
  kIds,  ///< its id, as in transformers
  kText  ///< characters
};

inline std::array<std::pair<ContentMarks, const char*>, 2> config_names(ContentMarks) {
  return {{{ContentMarks::kIds, "ids"}, {ContentMarks::kText, "text"}}};
}

}  // namespace twofold::chat
