#pragma once
// A matrix of numbers, shaded by their size.

#include <string>
#include <vector>

#include "report/run_data.h"

namespace twofold::report {

struct HeatTable {
  struct Value {
    double value = kNoNumber;
    std::string below = {};  ///< in small print: an interval
  };
  struct Row {
    std::string name;
    std::vector<Value> values = {};
  };
  std::string title = {}, note = {}, corner = {};
  std::vector<std::string> columns = {};
  std::vector<Row> rows = {};
  /// Each column is shaded by itself, or all are by one measure.
  bool by_column = false;
  std::vector<bool> less_is_more = {};  ///< of columns whose small numbers are shaded most
};

std::string html(const HeatTable& table);

}  // namespace twofold::report
