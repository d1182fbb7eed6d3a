#include "testbenches/cosim/uart_console.h"

namespace kirchhoff::testbenches {

void UartConsole::put(char character) {
  if (text_.size() < most_kept) {
    text_ += character;
  }
  last_ = character;
  if (out_ != nullptr) {
    out_->put(character);
    if (character == '\n') {
      out_->flush();
    }
  }
}

void UartConsole::finish() {
  if (out_ != nullptr && last_ != '\n') {
    *out_ << '\n' << std::flush;
  }
}

}  // namespace kirchhoff::testbenches
