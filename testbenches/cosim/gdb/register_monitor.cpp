#include "testbenches/cosim/gdb/register_monitor.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <optional>

#include "foundation/problems.h"
#include "model/chip/register_map.h"

namespace kirchhoff::testbenches {
namespace {

using foundation::RegisterAccess;
using foundation::RegisterDoc;
using foundation::RegisterField;
using foundation::RegisterWindow;

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& letter : result) {
    letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  }
  return result;
}

std::optional<std::uint32_t> read_word(GdbTarget& target, std::uint64_t address) {
  std::array<std::uint8_t, 4> bytes{};
  if (address > UINT32_MAX - 3 ||
      target.read_memory(static_cast<std::uint32_t>(address), bytes) != bytes.size()) {
    return std::nullopt;
  }
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

/// "IDLE OUTSTANDING=3", or the float that the register holds.
std::string meaning_of(const RegisterDoc& doc, std::uint32_t value) {
  char number[32];
  if (doc.meaning.starts_with("float")) {
    std::snprintf(number, sizeof number, "%g", static_cast<double>(std::bit_cast<float>(value)));
    return number;
  }
  std::string text;
  for (const RegisterField& field : doc.fields) {
    const std::uint32_t bits = (value & field.mask()) >> field.low;
    if (bits == 0) {
      continue;
    }
    text += text.empty() ? "" : " ";
    text += field.name;
    if (field.width > 1) {
      std::snprintf(number, sizeof number, "=%u", bits);
      text += number;
    }
  }
  return text;
}

std::string line(GdbTarget& target, std::uint64_t address, const RegisterDoc& doc) {
  char text[64];
  std::snprintf(text, sizeof text, "0x%08llx  %-20.*s", static_cast<unsigned long long>(address),
                static_cast<int>(doc.name.size()), doc.name.data());
  std::string result = text;
  const auto value = read_word(target, address);
  if (doc.access == RegisterAccess::write_only) {
    result += "write only";
  } else if (!value) {
    result += "not readable";
  } else {
    std::snprintf(text, sizeof text, "0x%08x", *value);
    const std::string meaning = meaning_of(doc, *value);
    result += text + (meaning.empty() ? "" : "  " + meaning);
  }
  return result + '\n';
}

std::string lines(GdbTarget& target, std::uint64_t base, const RegisterWindow& window,
                  std::string_view part) {
  std::string text;
  for (const RegisterDoc& doc : window.registers) {
    if (doc.name.find(part) != std::string_view::npos) {
      text += line(target, base + window.base + doc.offset, doc);
    }
  }
  return text;
}

}  // namespace

std::string registers_text(GdbTarget& target, std::uint32_t base, std::string_view which) {
  const std::string wanted = upper(which.substr(0, which.find(' ')));
  std::string_view rest = which.substr(std::min(wanted.size(), which.size()));
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  std::string text;
  for (const RegisterWindow& window : model::register_map) {
    if (window.stride == 0) {
      const bool whole = wanted.empty() || upper(window.title).starts_with(wanted);
      text += lines(target, base, window, whole ? std::string_view{} : std::string_view{wanted});
    } else if (wanted == upper(window.title)) {
      std::uint32_t node = 0;
      const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), node);
      if (rest.empty() || error != std::errc{} || end != rest.data() + rest.size() ||
          !read_word(target, base + window.base + window.registers.front().offset + node * window.stride)) {
        return foundation::printable("no node '" + std::string(rest) +
                                     "'; give the number of a node, as in '" +
                                     std::string(which.substr(0, wanted.size())) + " 0'") +
               '\n';
      }
      return lines(target, base + node * window.stride, window, {});
    }
  }
  if (text.empty()) {
    return foundation::printable("no register '" + std::string(which) +
                                 "'; say host, sequencer, tile N, router N or a part of a name") +
           '\n';
  }
  return text;
}

}  // namespace kirchhoff::testbenches
