#pragma once
// Text and numbers as HTML.

#include <string>
#include <string_view>

#include "report/run_data.h"

namespace twofold::report {

/// For text and for attributes in double quotes; bytes that are not UTF-8 become U+FFFD.
std::string escape(std::string_view text);

/// Four digits, for people: "1.834", "12,800", "3e-05"; "–" if it is not known.
std::string number(double value);
/// The same with its sign.
std::string signed_number(double value);
/// Every digit, as scripts read it: the shortest text that reads back as the same double; "null" if
/// it is not known.
std::string exact(double value);
/// A share in percent, for coordinates: "33.25%".
std::string percent(double share);
/// A label on an axis: "0.05", "20k".
std::string tick_text(double value);

/// A text as the name of a place in the page, and of a file.
std::string slug(std::string_view text);

/// A 95 % interval from a standard error; NaN where that is not known.
Bounds interval(const Estimate& estimate);

}  // namespace twofold::report
