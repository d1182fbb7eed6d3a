#include "foundation/literal.h"

#include "foundation/units.h"

namespace kirchhoff::foundation {

std::string to_string(const Literal& literal) {
  struct Visitor {
    std::string operator()(std::monostate) const { return "a date or table"; }
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(std::int64_t number) const { return std::to_string(number); }
    std::string operator()(double number) const { return number_text(number); }
    std::string operator()(const std::string& text) const { return '"' + text + '"'; }
    std::string operator()(const Literal::List& list) const {
      std::string text = "[";
      for (const Literal& item : list) {
        text += (text.size() > 1 ? ", " : "") + to_string(item);
      }
      return text + "]";
    }
  };
  return std::visit(Visitor{}, literal.value);
}

}  // namespace kirchhoff::foundation
