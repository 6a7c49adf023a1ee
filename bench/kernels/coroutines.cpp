// What bench/coroutines.bench.ts needs to compile coroutines in C++20 without a standard library; the coroutines follow.
using size_t = decltype(sizeof(0));
using u32 = unsigned;

namespace std {
template <class R, class... A> struct coroutine_traits { using promise_type = typename R::promise_type; };
template <class P = void> struct coroutine_handle;
template <> struct coroutine_handle<void> {
  void *address;
  static coroutine_handle from_address(void *a) noexcept { return {a}; }
  void resume() const { __builtin_coro_resume(address); }
};
template <class P> struct coroutine_handle : coroutine_handle<void> {
  static coroutine_handle from_address(void *a) noexcept {
    coroutine_handle h;
    h.address = a;
    return h;
  }
  static coroutine_handle from_promise(P &p) noexcept {
    return from_address(__builtin_coro_promise((void *)&p, alignof(P), true));
  }
};
namespace experimental {
using std::coroutine_handle;
using std::coroutine_traits;
}
}

extern "C" u32 frame_bytes, next_frame;
u32 frame_bytes;
u32 next_frame;

struct task {
  void *frame;
  struct promise_type {
    // What a Task header holds beside the resume address: state, continuation, result, links.
    u32 header[7];
    static void *operator new(size_t bytes) noexcept {
      frame_bytes = bytes;
      void *frame = (void *)next_frame;
      next_frame += bytes;
      return frame;
    }
    static void operator delete(void *) noexcept {}
    task get_return_object() noexcept {
      return {std::coroutine_handle<promise_type>::from_promise(*this).address};
    }
    struct now {
      bool await_ready() noexcept { return true; }
      void await_suspend(std::coroutine_handle<>) noexcept {}
      void await_resume() noexcept {}
    };
    now initial_suspend() noexcept { return {}; }
    now final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept {}
  };
};

struct pause {
  bool await_ready() noexcept { return false; }
  void await_suspend(std::coroutine_handle<>) noexcept {}
  void await_resume() noexcept {}
};

extern "C" volatile u32 sink;
volatile u32 sink;
