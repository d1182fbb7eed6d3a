#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace kirchhoff::testbenches {

/// A page as a browser has it once it is loaded.
struct LoadedPage {
  int code = -1;                     ///< of the browser
  std::string dom;                   ///< serialised after its scripts have run
  std::vector<std::string> console;  ///< lines of its console: errors, warnings, logs
};

/// Headless Chromium. No file of the user's is touched: its profile lies in `folder`.
class Browser {
 public:
  /// Empty where none is on the PATH.
  static std::filesystem::path find();

  Browser(std::filesystem::path program, std::filesystem::path folder);
  LoadedPage load(const std::filesystem::path& page) const;

 private:
  std::filesystem::path program_;
  std::filesystem::path folder_;
};

/// Text of every element with data-key="key", in the order of the page.
std::vector<std::string> texts_of_key(const std::string& dom, const std::string& key);

/// An attribute of the root element; empty where it is absent.
std::string root_attribute(const std::string& dom, const std::string& name);

/// What stands between the element with this id and its end tag, which must not be nested in itself.
std::string element(const std::string& dom, const std::string& tag, const std::string& id);

std::size_t occurrences(const std::string& text, const std::string& part);

/// "1,234", "19.4 pJ", "0.0162": the number in SI units. NaN where there is none.
double number_shown(const std::string& text);

}  // namespace kirchhoff::testbenches
