#include "data/parquet/json_rows.h"

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string_view>

#include "data/records/json_string.h"

namespace twofold::parquet {
namespace {

using records::append_json_string;

void append_value(std::string& json, const arrow::Array& array, int64_t at);

template <class Array>
const Array& as(const arrow::Array& array) {
  return static_cast<const Array&>(array);
}

template <class List>
void append_list(std::string& json, const arrow::Array& array, int64_t at) {
  const auto& list = as<List>(array);
  json += '[';
  for (int64_t i = list.value_offset(at); i < list.value_offset(at + 1); ++i) {
    if (i > list.value_offset(at)) json += ',';
    append_value(json, *list.values(), i);
  }
  json += ']';
}

void append_struct(std::string& json, const arrow::Array& array, int64_t at) {
  const auto& object = as<arrow::StructArray>(array);
  json += '{';
  for (int i = 0; i < object.num_fields(); ++i) {
    if (i > 0) json += ',';
    append_json_string(json, object.type()->field(i)->name());
    json += ':';
    append_value(json, *object.field(i), at);
  }
  json += '}';
}

void append_scalar(std::string& json, const arrow::Array& array, int64_t at) {
  const auto scalar = array.GetScalar(at);
  if (!scalar.ok()) throw std::runtime_error(scalar.status().message());
  const std::string text = (*scalar)->ToString();
  if (arrow::is_integer(array.type_id()) || array.type_id() == arrow::Type::BOOL) {
    json += text;
  } else {
    append_json_string(json, text);
  }
}

void append_number(std::string& json, double number) {
  json += std::isfinite(number) ? fmt::format("{}", number) : "null";
}

void append_value(std::string& json, const arrow::Array& array, int64_t at) {
  if (array.IsNull(at)) {
    json += "null";
    return;
  }
  switch (array.type_id()) {
    case arrow::Type::STRING:
      return append_json_string(json, as<arrow::StringArray>(array).GetView(at));
    case arrow::Type::LARGE_STRING:
      return append_json_string(json, as<arrow::LargeStringArray>(array).GetView(at));
    case arrow::Type::BINARY:
      return append_json_string(json, as<arrow::BinaryArray>(array).GetView(at));
    case arrow::Type::FLOAT:
      return append_number(json, as<arrow::FloatArray>(array).Value(at));
    case arrow::Type::DOUBLE:
      return append_number(json, as<arrow::DoubleArray>(array).Value(at));
    case arrow::Type::LIST:
      return append_list<arrow::ListArray>(json, array, at);
    case arrow::Type::LARGE_LIST:
      return append_list<arrow::LargeListArray>(json, array, at);
    case arrow::Type::STRUCT:
      return append_struct(json, array, at);
    case arrow::Type::DICTIONARY: {
      const auto& coded = as<arrow::DictionaryArray>(array);
      return append_value(json, *coded.dictionary(), coded.GetValueIndex(at));
    }
    default:
      return append_scalar(json, array, at);
  }
}

}  // namespace

void append_rows(const arrow::RecordBatch& batch, int64_t& skip, std::vector<std::string>& rows) {
  const int64_t skipped = std::min(skip, batch.num_rows());
  skip -= skipped;
  for (int64_t row = skipped; row < batch.num_rows(); ++row) {
    std::string& json = rows.emplace_back("{");
    for (int i = 0; i < batch.num_columns(); ++i) {
      if (i > 0) json += ',';
      append_json_string(json, batch.column_name(i));
      json += ':';
      append_value(json, *batch.column(i), row);
    }
    json += '}';
  }
}

}  // namespace twofold::parquet
