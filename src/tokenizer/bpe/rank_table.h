#pragma once
// The tokens of a byte-pair vocabulary: bytes to rank by hashing, rank to bytes by index.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace twofold {

class RankTable {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;
  /// Ranks index arrays, so a file's ranks must stay below this.
  static constexpr uint32_t kMaxRanks = 1u << 24;

  /// Adds a token; false if its bytes or its rank are there already. `rank` < kMaxRanks.
  bool add(std::string_view bytes, uint32_t rank);

  /// The rank of the token with these bytes, or kNone.
  uint32_t find(std::string_view bytes) const;

  /// The bytes of `rank`; none if no token has it.
  std::optional<std::string_view> bytes_of(uint32_t rank) const;

  size_t size() const { return count_; }                                  ///< tokens
  uint32_t end() const { return static_cast<uint32_t>(tokens_.size()); }  ///< highest rank + 1

 private:
  struct Slot {
    uint32_t hash = 0;
    uint32_t rank = kNone;
  };
  struct Token {
    uint64_t begin = 0;  // in pool_
    uint32_t length = 0;
    bool used = false;
  };

  std::string_view view(const Token& token) const {
    return {pool_.data() + token.begin, token.length};
  }
  size_t slot_for(std::string_view bytes, uint32_t hash) const;
  void grow();

  std::string pool_;
  std::vector<Token> tokens_;  // by rank
  std::vector<Slot> slots_;    // open addressing; a power of two, at most half full
  size_t count_ = 0;
};

}  // namespace twofold
