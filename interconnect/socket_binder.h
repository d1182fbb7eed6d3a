#pragma once

#include <tlm>

namespace kirchhoff::interconnect {

/// Joins the two sockets of a pair. Whoever builds a chip may put something between them (a protocol
/// monitor), which costs nothing once the sockets are bound.
///
/// Only for an initiator and its target; a socket handed up to a parent stays a plain bind.
class SocketBinder {
 public:
  SocketBinder() = default;
  SocketBinder(const SocketBinder&) = delete;
  SocketBinder& operator=(const SocketBinder&) = delete;
  virtual ~SocketBinder() = default;

  virtual void bind(tlm::tlm_initiator_socket<>& initiator, tlm::tlm_target_socket<>& target) const {
    initiator.bind(target);
  }

  /// To be called when a simulation has come to its end and its modules still exist.
  virtual void finish() const {}
};

}  // namespace kirchhoff::interconnect
