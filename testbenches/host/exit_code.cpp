#include "testbenches/host/exit_code.h"

#include <exception>
#include <iostream>

#include "foundation/error.h"

namespace kirchhoff::testbenches {

namespace {

int fail(const std::exception& error, int code) {
  std::cerr << "kirchhoff: " << error.what() << std::endl;
  return code;
}

}  // namespace

int exit_code_of(const std::function<int()>& program) {
  try {
    return program();
  } catch (const foundation::InputError& error) {
    return fail(error, foundation::exit_input);
  } catch (const foundation::WatchdogError& error) {
    return fail(error, foundation::exit_watchdog);
  } catch (const std::exception& error) {
    return fail(error, foundation::exit_model);
  }
}

}  // namespace kirchhoff::testbenches
