#pragma once

#include <string>

/// The register map as text, from the tables alone.
namespace kirchhoff::model {

/// `kirchhoff_registers.h`: C99 for firmware, which needs <stdint.h> and <stddef.h> only. Compiles as C++,
/// too.
[[nodiscard]] std::string register_header();

/// The tables of the manual, in Markdown.
[[nodiscard]] std::string register_tables();

}  // namespace kirchhoff::model
