#pragma once

namespace kirchhoff::testbenches {

/// While it lives, the first SIGINT or SIGTERM only leaves a note; the next one does what it always does.
/// One at a time in a process.
class StopRequest {
 public:
  /// Does nothing where not `wanted`.
  explicit StopRequest(bool wanted);
  StopRequest(const StopRequest&) = delete;
  StopRequest& operator=(const StopRequest&) = delete;
  ~StopRequest();

  /// Number of the signal that came; 0: none.
  [[nodiscard]] static int signal();
  [[nodiscard]] static bool came() { return signal() != 0; }
  /// What a shell shows of a program that this signal has ended.
  [[nodiscard]] static int exit_code() { return 128 + signal(); }

 private:
  bool wanted_;
};

}  // namespace kirchhoff::testbenches
