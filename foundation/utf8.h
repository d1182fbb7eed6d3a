#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace kirchhoff::foundation {

/// Where the first byte stands that is no UTF-8 (RFC 3629: no overlong forms, no surrogates, at most
/// U+10FFFF); nothing for good text.
std::optional<std::size_t> first_invalid_utf8(std::string_view text);

}  // namespace kirchhoff::foundation
