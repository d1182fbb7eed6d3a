#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kirchhoff::foundation {

/// Units as text: components joined by "/" (all after the first divide), each an SI prefix, a name and a
/// whole power: "s", "uS", "F/um", "um2", "J/bit/mm". Words that are no SI unit ("cycles") are units of
/// their own, without prefix. "" and "1" are the pure number; "%" is a hundredth.

/// n such that 1 `from` = 10^n `to`; nothing where one does not measure what the other does.
std::optional<int> decimal_shift(std::string_view from, std::string_view to);

/// "100 ms" as number and unit, both as text; the number is empty where the text does not start with one.
struct QuantityText {
  std::string_view number;
  std::string_view unit;
};
QuantityText split_quantity(std::string_view text);

/// The double nearest to number x 10^shift, the number a decimal text; nothing where it is none, or is
/// beyond the range of a double.
std::optional<double> scaled_number(std::string_view number, int shift);

/// The shortest text that reads back as exactly this double.
std::string number_text(double value);

/// Value and unit as an engineer writes it: 0.1 and "s" give "100 ms", 2.4e-13 and "J/bit/mm" give
/// "240 fJ/bit/mm". A unit that is declared with a prefix ("uS") is kept from 0.01 to 10,000. The digits
/// are exact: reading the text gives the same double.
std::string quantity_text(double value, std::string_view unit);

}  // namespace kirchhoff::foundation
