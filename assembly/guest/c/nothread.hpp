/*
 * Coroutines of C++20 on the machine's completion ports: `co_await` of timers, datagrams and other coroutines, on one thread that takes
 * packets. Freestanding: the part of <coroutine> that compilers need is here. Flags as in nothread.h, with
 * `clang++ -std=c++20 -fno-exceptions -fno-rtti`.
 */
#ifndef NOTHREAD_HPP
#define NOTHREAD_HPP

#include "nothread.h"

using size_t = decltype(sizeof(0));

namespace std {
template <class R, class... A> struct coroutine_traits { using promise_type = typename R::promise_type; };
template <class P = void> struct coroutine_handle;
template <> struct coroutine_handle<void> {
  void *frame = nullptr;
  static coroutine_handle from_address(void *address) noexcept {
    coroutine_handle handle;
    handle.frame = address;
    return handle;
  }
  void *address() const noexcept { return frame; }
  explicit operator bool() const noexcept { return frame != nullptr; }
  bool done() const noexcept { return __builtin_coro_done(frame); }
  /* Not inline: in a coroutine that ends here the call would become a tail call, which the machine code has none of. */
  __attribute__((noinline)) void resume() const { __builtin_coro_resume(frame); }
  void destroy() const { __builtin_coro_destroy(frame); }
};
template <class P> struct coroutine_handle : coroutine_handle<> {
  static coroutine_handle from_address(void *address) noexcept {
    coroutine_handle handle;
    handle.frame = address;
    return handle;
  }
  static coroutine_handle from_promise(P &promise) noexcept {
    return from_address(__builtin_coro_promise((void *)&promise, alignof(P), true));
  }
  P &promise() const noexcept { return *(P *)__builtin_coro_promise(this->frame, alignof(P), false); }
};
struct suspend_always {
  bool await_ready() noexcept { return false; }
  void await_suspend(coroutine_handle<>) noexcept {}
  void await_resume() noexcept {}
};
struct suspend_never {
  bool await_ready() noexcept { return true; }
  void await_suspend(coroutine_handle<>) noexcept {}
  void await_resume() noexcept {}
};
}

namespace nt {

/* Memory for frames: blocks of 2**n bytes, freed blocks are kept by size. */
class heap {
  static constexpr u32 classes = 24;
  inline static u32 next = 0;
  inline static void *lists[classes] = {};
  static u32 class_of(size_t bytes) {
    u32 n = 4;
    while ((1u << n) < bytes) n++;
    return n;
  }

public:
  static void *take(size_t bytes) {
    u32 n = class_of(bytes);
    if (lists[n]) {
      void *block = lists[n];
      lists[n] = *(void **)block;
      return block;
    }
    if (!next) next = (nt_image_end() + 15) & ~15u;
    void *block = (void *)next;
    next += 1u << n;
    return block;
  }
  static void give(void *block, size_t bytes) {
    u32 n = class_of(bytes);
    *(void **)block = lists[n];
    lists[n] = block;
  }
};

/* Who goes on when a packet comes: the packet's context is the address of this. */
struct operation {
  std::coroutine_handle<> waiting;
  u32 status = 0;
  u32 information = 0;
};

/* The completion port and the thread that takes its packets. */
class loop {
  inline static u32 handle = 0;

public:
  static u32 port() {
    if (!handle) nt_ecall(SYS_NtCreateIoCompletion, NT_ADDRESS(&handle), 1, 0, 0, 0, 0);
    return handle;
  }
  /* Take packets until `done` says so. */
  template <class Done> static void run(Done done) {
    while (!done()) {
      u32 entry[FILE_IO_COMPLETION_INFORMATION_BYTES / 4], count = 0;
      nt_ecall(SYS_NtRemoveIoCompletionEx, port(), NT_ADDRESS(entry), 1, NT_ADDRESS(&count), 0, 0);
      if (!count) continue;
      auto *which = (operation *)entry[FILE_IO_COMPLETION_INFORMATION_context / 4];
      which->status = entry[FILE_IO_COMPLETION_INFORMATION_status / 4];
      which->information = entry[FILE_IO_COMPLETION_INFORMATION_information / 4];
      which->waiting.resume();
    }
  }
};

/* What all results of coroutines have in common. */
struct promise_base {
  std::coroutine_handle<> waiting;
  bool finished = false;
  static void *operator new(size_t bytes) noexcept { return heap::take(bytes); }
  static void operator delete(void *block, size_t bytes) noexcept { heap::give(block, bytes); }
  std::suspend_never initial_suspend() noexcept { return {}; }
  struct at_end {
    bool await_ready() noexcept { return false; }
    template <class P> void await_suspend(std::coroutine_handle<P> self) noexcept {
      promise_base &promise = self.promise();
      promise.finished = true;
      if (promise.waiting) promise.waiting.resume();
    }
    void await_resume() noexcept {}
  };
  at_end final_suspend() noexcept { return {}; }
  void unhandled_exception() noexcept { nt_exit(255); }
};

/* The result of a coroutine, which runs at once until its first suspension. Its owner has it to the end. */
template <class T = void> class task;

template <class T> struct promise : promise_base {
  T value;
  task<T> get_return_object() noexcept;
  void return_value(T result) noexcept { value = result; }
  T result() noexcept { return value; }
};
template <> struct promise<void> : promise_base {
  task<void> get_return_object() noexcept;
  void return_void() noexcept {}
  void result() noexcept {}
};

template <class T> class task {
  std::coroutine_handle<promise<T>> handle;

public:
  using promise_type = promise<T>;
  explicit task(std::coroutine_handle<promise<T>> h) noexcept : handle(h) {}
  task(task &&other) noexcept : handle(other.handle) { other.handle.frame = nullptr; }
  task(const task &) = delete;
  ~task() {
    if (handle) handle.destroy();
  }
  bool finished() const noexcept { return handle.promise().finished; }
  T result() const noexcept { return handle.promise().result(); }
  bool await_ready() const noexcept { return finished(); }
  void await_suspend(std::coroutine_handle<> waiting) noexcept { handle.promise().waiting = waiting; }
  T await_resume() const noexcept { return result(); }
};
template <class T> task<T> promise<T>::get_return_object() noexcept {
  return task<T>(std::coroutine_handle<promise<T>>::from_promise(*this));
}
inline task<void> promise<void>::get_return_object() noexcept {
  return task<void>(std::coroutine_handle<promise<void>>::from_promise(*this));
}

/* Run a coroutine to its end, and everything else meanwhile. */
template <class T> T run(const task<T> &whole) {
  loop::run([&] { return whole.finished(); });
  return whole.result();
}

/* Suspend for a time in nanoseconds: a timer of the kernel whose signal becomes a packet. */
class sleep {
  operation self;
  i64 due;
  u32 timer = 0, packet = 0;

public:
  explicit sleep(i64 nanoseconds) : due(-(nanoseconds / 100)) {}
  bool await_ready() const noexcept { return due == 0; }
  void await_suspend(std::coroutine_handle<> waiting) noexcept {
    self.waiting = waiting;
    nt_ecall(SYS_NtCreateTimer, NT_ADDRESS(&timer), 1, 0, 0, 0, 0);
    nt_ecall(SYS_NtCreateWaitCompletionPacket, NT_ADDRESS(&packet), 0, 0, 0, 0, 0);
    nt_ecall(SYS_NtAssociateWaitCompletionPacket, packet, loop::port(), timer, 0, NT_ADDRESS(&self), 0);
    nt_ecall(SYS_NtSetTimer, timer, NT_ADDRESS(&due), 0, 0, 0, 0);
  }
  void await_resume() noexcept {
    if (!timer) return;
    nt_ecall(SYS_NtClose, packet, 0, 0, 0, 0, 0);
    nt_ecall(SYS_NtClose, timer, 0, 0, 0, 0, 0);
  }
};

/* A UDP socket whose requests are overlapped. */
class udp_socket {
  u32 handle;

  class transfer {
    operation self;
    u32 socket, code;
    nt_datagram &datagram;

  public:
    transfer(u32 s, u32 c, nt_datagram &d) : socket(s), code(c), datagram(d) {}
    bool await_ready() const noexcept { return false; }
    /* False: the call failed at once, and there will be no packet. */
    bool await_suspend(std::coroutine_handle<> waiting) noexcept {
      self.waiting = waiting;
      u32 block = NT_ADDRESS(&datagram);
      u32 status = nt_control(socket, NT_ADDRESS(&self), block, code, NT_ADDRESS(&datagram.buffer));
      self.status = status;
      return !nt_is_error(status);
    }
    /* Bytes transferred, or a negative status. */
    i32 await_resume() const noexcept {
      return nt_is_error(self.status) ? (i32)self.status : (i32)self.information;
    }
  };

public:
  explicit udp_socket(u32 port) : handle(nt_udp_open(port, 0)) {
    u32 io_status[3];
    u32 association[2] = {loop::port(), 0};
    nt_ecall(SYS_NtSetInformationFile, handle, NT_ADDRESS(io_status), NT_ADDRESS(association),
             FILE_COMPLETION_INFORMATION_BYTES, FileCompletionInformation, 0);
  }
  transfer receive(void *buffer, u32 bytes, nt_datagram &from) {
    from.buffer = NT_ADDRESS(buffer);
    from.bytes = bytes;
    return {handle, IOCTL_AFD_RECEIVE_DATAGRAM, from};
  }
  transfer send(const void *buffer, u32 bytes, nt_datagram &to) {
    to.buffer = NT_ADDRESS(buffer);
    to.bytes = bytes;
    return {handle, IOCTL_AFD_SEND_DATAGRAM, to};
  }
};

}

#endif
