#include "model/chip/register_text.h"

#include <cstdio>
#include <string_view>
#include <utility>

#include "model/chip/descriptor.h"
#include "model/chip/error_cause.h"
#include "model/chip/register_map.h"

namespace kirchhoff::model {

using foundation::RegisterTable;
using foundation::RegisterWindow;

namespace {

std::string hex(std::uint64_t value, int digits) {
  char text[24];
  std::snprintf(text, sizeof text, "0x%0*llx", digits, static_cast<unsigned long long>(value));
  return text;
}

std::string word(std::uint32_t value) {
  return hex(value, 8) + "u";
}

std::string_view access_text(RegisterAccess access) {
  switch (access) {
    case RegisterAccess::read_only:
      return "RO";
    case RegisterAccess::read_write:
      return "RW";
    case RegisterAccess::write_only:
      return "WO";
    case RegisterAccess::write_one_to_clear:
      break;
  }
  return "W1C";
}

// ---- C header ---------------------------------------------------------------------------------------

/// Collects lines; names and values stand in columns, meanings in comments.
class Header {
 public:
  void text(std::string_view line) { text_.append(line).append("\n"); }
  void title(std::string_view name) { text("\n/* ---- " + std::string(name) + " ---- */\n"); }
  void define(const std::string& name, const std::string& value, std::string_view meaning = {}) {
    std::string line = "#define KRCH_" + name;
    line.append(line.size() < column ? column - line.size() : 1, ' ');
    line += value;
    if (!meaning.empty()) {
      line += "  /* " + std::string(meaning) + " */";
    }
    text(line);
  }
  void fields(const std::string& name, std::span<const RegisterField> fields) {
    for (const RegisterField& field : fields) {
      const std::string full = name + "_" + std::string(field.name);
      define(full + "_SHIFT", std::to_string(field.low), field.meaning);
      define(full + "_MASK", word(field.mask()));
    }
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  static constexpr std::size_t column = 56;  ///< of values

  std::string text_;
};

std::string note_of(const RegisterDoc& doc) {
  std::string note(access_text(doc.access));
  return doc.meaning.empty() ? note : note + ": " + std::string(doc.meaning);
}

void add_window(Header& header, const RegisterWindow& window) {
  header.title(window.title);
  const std::string prefix(window.prefix);
  const bool per_node = window.stride != 0;
  header.define(prefix + "_BASE", hex(window.base, 8) + "u");
  if (per_node) {
    header.define(prefix + "_STRIDE", hex(window.stride, 8) + "u", "from node to node");
  }
  const auto address = [&](const std::string& name, std::uint32_t offset, std::string_view note) {
    header.define(name + "_OFFSET", hex(offset, 4) + "u", note);
    header.define(name + (per_node ? "(node)" : ""),
                  per_node ? "(KRCH_" + prefix + "_BASE + (node) * KRCH_" + prefix + "_STRIDE + KRCH_" +
                                 name + "_OFFSET)"
                           : "(KRCH_" + prefix + "_BASE + KRCH_" + name + "_OFFSET)");
  };
  for (const RegisterDoc& doc : window.registers) {
    const std::string name = prefix + "_" + std::string(doc.name);
    address(name, doc.offset, note_of(doc));
    if (!doc.of_chip) {
      header.define(name + "_RESET", word(doc.reset));
    }
    header.fields(name, doc.fields);
  }
  for (const RegisterTable& table : window.tables) {
    const std::string name = prefix + "_" + std::string(table.name);
    address(name, table.offset, std::string(table.meaning) + "; entries: " + std::string(table.entries));
    header.define(name + "_ENTRY_BYTES", std::to_string(table.entry_bytes) + "u");
    for (const RegisterDoc& doc : table.words) {
      const std::string of_word = name + "_" + std::string(doc.name);
      header.define(of_word + "_OFFSET", hex(doc.offset, 2) + "u", note_of(doc));
      header.fields(of_word, doc.fields);
    }
  }
}

void add_values(Header& header, std::string_view title, const std::string& prefix,
                std::span<const ValueDoc> values) {
  header.title(title);
  for (const ValueDoc& value : values) {
    header.define(prefix + "_" + std::string(value.name), word(value.value), value.meaning);
  }
}

std::string type_of(const MemberDoc& member) {
  return member.bits == 0 ? "double" : "uint" + std::to_string(member.bits) + "_t";
}

/// `first` is a member that stands before those of the table, as a whole line.
void add_struct(Header& header, const std::string& name, std::string_view meaning, std::size_t size,
                std::span<const MemberDoc> members, std::string_view first = {}) {
  header.text("\n/* " + std::string(meaning) + " */");
  header.text("typedef struct krch_" + name + " {");
  if (!first.empty()) {
    header.text(first);
  }
  for (const MemberDoc& member : members) {
    header.text("  " + type_of(member) + " " + std::string(member.name) + "; /* " +
                std::string(member.meaning) + " */");
  }
  header.text("} krch_" + name + "_t;");
  header.text("KRCH_ASSERT(size_of_" + name + ", sizeof(krch_" + name + "_t) == " + std::to_string(size) +
              ");");
  for (const MemberDoc& member : members) {
    const std::string field(member.name);
    header.text("KRCH_ASSERT(offset_of_" + name + "_" + field + ", offsetof(krch_" + name + "_t, " + field +
                ") == " + std::to_string(member.offset) + ");");
  }
}

// ---- Markdown ---------------------------------------------------------------------------------------

std::string bits_of(const RegisterField& field) {
  return field.width == 1 ? std::to_string(field.low)
                          : std::to_string(field.low + field.width - 1) + ":" + std::to_string(field.low);
}

/// A `|` would end the cell.
std::string cell(std::string_view text) {
  std::string result;
  for (const char c : text) {
    result += c == '|' ? std::string("\\|") : std::string(1, c);
  }
  return result;
}

std::string describe(const RegisterDoc& doc) {
  std::string text(doc.meaning);
  for (const RegisterField& field : doc.fields) {
    text += text.empty() ? "" : "; ";
    text += "[" + bits_of(field) + "] " + std::string(field.name);
    text += field.meaning.empty() ? "" : ": " + std::string(field.meaning);
  }
  return cell(text);
}

std::string reset_text(const RegisterDoc& doc) {
  return doc.of_chip ? "chip's" : doc.reset == 0 ? "0" : hex(doc.reset, 1);
}

void add_row(std::string& out, const std::string& offset, const std::string& name, const RegisterDoc& doc) {
  out += "| " + offset + " | " + name + " | " + std::string(access_text(doc.access)) + " | " +
         reset_text(doc) + " | " + describe(doc) + " |\n";
}

std::string place_of(const RegisterWindow& window) {
  return window.stride == 0 ? "at " + hex(window.base, 4)
                            : "at " + hex(window.base, 8) + " + node x " + hex(window.stride, 5);
}

void add_table(std::string& out, const RegisterWindow& window) {
  out += "**" + std::string(window.title) + "**, " + place_of(window) + "\n\n";
  out += "| offset | register | access | reset | meaning, bits |\n|---|---|---|---|---|\n";
  for (const RegisterDoc& doc : window.registers) {
    add_row(out, hex(doc.offset, 2), std::string(doc.name), doc);
  }
  for (const RegisterTable& table : window.tables) {
    const std::string step = " + " + std::to_string(table.entry_bytes) + " i";
    for (const RegisterDoc& doc : table.words) {
      add_row(out, hex(table.offset + doc.offset, 2) + step,
              std::string(table.name) + "[i]." + std::string(doc.name), doc);
    }
    out += "\n" + std::string(table.name) + ": " + std::string(table.meaning) +
           "; entries: " + std::string(table.entries) + "\n";
  }
  out += "\n";
}

void add_members(std::string& out, std::string_view title, std::span<const MemberDoc> members) {
  out += "**" + std::string(title) + "**\n\n| byte | type | name | meaning |\n|---|---|---|---|\n";
  for (const MemberDoc& member : members) {
    out += "| " + std::to_string(member.offset) + " | " + type_of(member) + " | " + std::string(member.name) +
           " | " + cell(member.meaning) + " |\n";
  }
  out += "\n";
}

void add_list(std::string& out, std::string_view title, std::span<const ValueDoc> values) {
  out += "**" + std::string(title) + "**\n\n| value | name | meaning |\n|---|---|---|\n";
  for (const ValueDoc& value : values) {
    out +=
        "| " + hex(value.value, 1) + " | " + std::string(value.name) + " | " + cell(value.meaning) + " |\n";
  }
  out += "\n";
}

}  // namespace

std::string register_header() {
  Header header;
  header.text(
      "/* Kirchhoff: registers, descriptors and errors of the chip, for firmware. Generated, do not edit.");
  header.text(" *");
  header.text(
      " * 32-bit registers, little-endian, aligned words only. X_SHIFT and X_MASK are of a field, the mask");
  header.text(
      " * in place. Per-node registers are macros of the node. Access: RO read only, WO write only (reads "
      "as");
  header.text(" * 0), RW, W1C write one to clear. */");
  header.text("#ifndef KIRCHHOFF_REGISTERS_H");
  header.text("#define KIRCHHOFF_REGISTERS_H\n");
  header.text("#include <stddef.h>");
  header.text("#include <stdint.h>\n");
  header.define("IDENTIFICATION", word(identification_value), "HOST_ID");
  header.define("MAP_VERSION", word(register_map_version), "HOST_VERSION: major << 16 | minor");
  header.text("\n#define KRCH_ASSERT(name, condition) typedef char krch_assert_##name[(condition) ? 1 : -1]");
  for (const RegisterWindow& window : register_map) {
    add_window(header, window);
  }
  add_values(header, "Operations of descriptors, bits 7:0", "OP", operation_docs);
  add_values(header, "Flags of descriptors", "FLAG", descriptor_flag_docs);
  add_values(header, "Flags of segments", "SEGMENT", segment_flag_docs);
  header.title("Causes of errors: HOST_ERROR_CAUSE, long completion records");
  for (const ErrorCauseDoc& doc : error_cause_docs) {
    header.define("CAUSE_" + std::string(doc.name), hex(static_cast<std::uint64_t>(doc.cause), 2) + "u",
                  doc.meaning);
  }
  header.title("Limits");
  header.define("MOST_RING_ENTRIES", std::to_string(most_ring_entries) + "u", "it holds one descriptor less");
  header.define("MOST_EXAMPLES", std::to_string(most_examples) + "u", "of one descriptor");
  header.define("MOST_REGISTER_WRITES", std::to_string(most_register_writes) + "u", "of one descriptor");
  header.define("MOST_SEGMENTS", std::to_string(most_segments) + "u", "of one list, chained parts included");
  header.title("In host memory");
  add_struct(header, "descriptor", "Entry of the ring", sizeof(Descriptor), descriptor_members);
  add_struct(header, "completion", "Record that the chip writes when a descriptor is done",
             sizeof(Completion), completion_members);
  add_struct(header, "long_completion", "The same with KRCH_FLAG_LONG_RECORD", sizeof(LongCompletion),
             long_completion_members, "  krch_completion_t completion;");
  add_struct(header, "segment", "Piece of what a descriptor with KRCH_FLAG_SEGMENTS reads or writes",
             sizeof(Segment), segment_members);
  add_struct(header, "register_entry", "Register write of KRCH_OP_CONFIGURE", sizeof(RegisterEntry),
             register_entry_members);
  header.text("\n#endif");
  return header.take();
}

std::string register_tables() {
  std::string out;
  for (const RegisterWindow& window : register_map) {
    add_table(out, window);
  }
  add_members(out, "Descriptor, 64 bytes", descriptor_members);
  add_list(out, "Operations", operation_docs);
  add_list(out, "Flags", descriptor_flag_docs);
  add_members(out, "Completion record, 32 bytes", completion_members);
  add_members(out, "With flag LONG_RECORD it goes on, 64 bytes in all", long_completion_members);
  add_members(out, "Segment, 16 bytes", segment_members);
  add_list(out, "Flags of a segment", segment_flag_docs);
  add_members(out, "Register write of CONFIGURE, 8 bytes", register_entry_members);
  out +=
      "**Causes of errors**\n\n| cause | name | ERROR_STATUS | meaning | ERROR_ADDRESS "
      "|\n|---|---|---|---|---|\n";
  for (const ErrorCauseDoc& doc : error_cause_docs) {
    const std::uint32_t bit = error_bit(doc.cause);
    std::string status = "-";
    for (const RegisterField& field : host_fields::errors) {
      status = bit == field.mask() ? std::string(field.name) : status;
    }
    out += "| " + hex(static_cast<std::uint64_t>(doc.cause), 2) + " | " + std::string(doc.name) + " | " +
           status + " | " + cell(doc.meaning) + " | " + std::string(doc.address) + " |\n";
  }
  return out;
}

}  // namespace kirchhoff::model
