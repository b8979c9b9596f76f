#pragma once
// What a job would train on, before it does: decoded rows, and what is learnt of them.

#include <string>
#include <vector>

#include "twofold/observer.h"

namespace twofold {

/// A part of a row: text that is learnt, or that is only read.
struct RowPart {
  std::string text = {};
  bool learnt = false;
};

struct PreviewRow {
  std::string title = {};
  std::vector<RowPart> parts = {};
};

struct Preview {
  std::vector<Table> tables = {};
  std::vector<PreviewRow> rows = {};
};

/// A row under its title. With `dim`, for a terminal: what is only read is dim. Else what is learnt
/// stands between « and ».
std::string render(const PreviewRow& row, bool dim);

}  // namespace twofold
