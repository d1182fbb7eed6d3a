#include "testbenches/system/browser.h"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <limits>
#include <sstream>
#include <string_view>
#include <thread>
#include <utility>

#include "testbenches/system/program_runner.h"

namespace kirchhoff::testbenches {

namespace fs = std::filesystem;

namespace {

/// A browser without a screen hangs now and then before it has looked at the page.
constexpr std::chrono::seconds patience{40};
constexpr int most_attempts = 3;

constexpr std::string_view narrow_space = "\xe2\x80\xaf";

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

/// Without tags, entities as the letters they stand for.
std::string plain_text(std::string_view html) {
  std::string text;
  bool tag = false;
  for (const char letter : html) {
    if (letter == '<') tag = true;
    if (!tag) text += letter;
    if (letter == '>') tag = false;
  }
  replace_all(text, "&nbsp;", " ");
  replace_all(text, "&lt;", "<");
  replace_all(text, "&gt;", ">");
  replace_all(text, "&amp;", "&");
  return text;
}

}  // namespace

fs::path Browser::find() {
  const char* path = std::getenv("PATH");
  std::istringstream folders{path == nullptr ? "" : path};
  for (std::string folder; std::getline(folders, folder, ':');) {
    for (const char* name : {"chromium", "chromium-browser", "google-chrome"}) {
      fs::path program = fs::path{folder} / name;
      if (::access(program.c_str(), X_OK) == 0) return program;
    }
  }
  return {};
}

Browser::Browser(fs::path program, fs::path folder)
    : program_(std::move(program)), folder_(std::move(folder)) {
  fs::create_directories(folder_);
}

LoadedPage Browser::load(const fs::path& page) const {
  ProgramOutcome outcome;
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    const std::string profile = "profile-" + std::to_string(attempt);
    RunningProgram browser{
        program_,
        {"--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
         "--disable-background-networking", "--user-data-dir=" + (folder_ / profile).string(),
         "--enable-logging=stderr", "--dump-dom", "file://" + fs::absolute(page).string()},
        folder_};
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!browser.ended() && std::chrono::steady_clock::now() < until) {
      std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
    const bool hangs = !browser.ended();
    if (hangs) {
      browser.send(SIGKILL);
    }
    outcome = browser.wait();
    if (!hangs) {
      break;
    }
  }
  LoadedPage loaded{outcome.code, outcome.out, {}};
  std::istringstream lines{outcome.err};
  for (std::string line; std::getline(lines, line);) {
    if (line.find("CONSOLE") != std::string::npos) loaded.console.push_back(line);
  }
  return loaded;
}

std::vector<std::string> texts_of_key(const std::string& dom, const std::string& key) {
  std::vector<std::string> texts;
  const std::string mark = "data-key=\"" + key + "\"";
  for (auto at = dom.find(mark); at != std::string::npos; at = dom.find(mark, at + 1)) {
    const auto begin = dom.find('>', at) + 1;
    texts.push_back(plain_text(std::string_view{dom}.substr(begin, dom.find("</", begin) - begin)));
  }
  return texts;
}

std::string root_attribute(const std::string& dom, const std::string& name) {
  const auto root = dom.find("<html");
  if (root == std::string::npos) return {};
  const std::string tag = dom.substr(root, dom.find('>', root) - root);
  const auto at = tag.find(name + "=\"");
  if (at == std::string::npos) return {};
  const auto begin = at + name.size() + 2;
  return tag.substr(begin, tag.find('"', begin) - begin);
}

std::string element(const std::string& dom, const std::string& tag, const std::string& id) {
  const auto at = dom.find("id=\"" + id + "\"");
  if (at == std::string::npos) return {};
  return dom.substr(at, dom.find("</" + tag + ">", at) - at);
}

std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

double number_shown(const std::string& text) {
  std::string digits = text;
  replace_all(digits, ",", "");
  replace_all(digits, "\xc2\xb5", "u");
  replace_all(digits, narrow_space, " ");
  double number = 0;
  const auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc()) return std::numeric_limits<double>::quiet_NaN();
  const std::string_view unit =
      std::string_view{digits}.substr(static_cast<std::size_t>(rest - digits.data()));
  constexpr std::array<std::pair<char, double>, 9> prefixes{{{'f', 1e-15},
                                                             {'p', 1e-12},
                                                             {'n', 1e-9},
                                                             {'u', 1e-6},
                                                             {'m', 1e-3},
                                                             {'k', 1e3},
                                                             {'M', 1e6},
                                                             {'G', 1e9},
                                                             {'T', 1e12}}};
  if (unit.size() >= 3 && unit[0] == ' ') {  // a prefix and a unit of one letter or more
    for (const auto& [prefix, factor] : prefixes) {
      if (unit[1] == prefix) return number * factor;
    }
  }
  return number;
}

}  // namespace kirchhoff::testbenches
