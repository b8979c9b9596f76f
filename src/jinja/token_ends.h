#pragma once
// Where the tokens of expressions end.

#include <cstddef>
#include <string_view>

namespace twofold::jinja {

bool is_digit_character(char c);
bool starts_name(char c);

// The byte behind the token that begins at `at`.
size_t name_end(std::string_view text, size_t at);
/// `real`: whether it is a float.
size_t number_end(std::string_view text, size_t at, bool& real);
/// npos if the string does not end.
size_t string_end(std::string_view text, size_t at);
/// `at` if there is no operator.
size_t operator_end(std::string_view text, size_t at);

}  // namespace twofold::jinja
