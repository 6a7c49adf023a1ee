/*
 * Coroutines of C++20 on completion ports: two echo servers share one thread with a clock. Watch: while both wait for datagrams the
 * clock goes on, and there is one thread only.
 */
#include "nothread.hpp"

constexpr i64 microsecond = 1000;
constexpr int answers = 4;
static int served = 0;

static nt::task<int> serve(nt::udp_socket &socket) {
  u8 buffer[256];
  nt_datagram peer;
  int total = 0;
  while (served < answers) {
    i32 length = co_await socket.receive(buffer, sizeof buffer, peer);
    if (length < 0) co_return length;
    co_await nt::sleep(20 * microsecond);
    total += co_await socket.send(buffer, (u32)length, peer);
    served++;
  }
  co_return total;
}

static nt::task<> clock(int ticks) {
  for (int i = 1; i <= ticks; i++) {
    co_await nt::sleep(100 * microsecond);
    nt_write("tick ");
    nt_write_number(i);
    nt_write("\n");
  }
}

static nt::task<int> all() {
  nt::udp_socket socket(7);
  nt_write("async.cpp: listening on port 7\n");
  auto ticking = clock(3);
  auto serving = serve(socket);
  int total = co_await serving;
  co_await ticking;
  nt_write("echoed ");
  nt_write_number(total);
  nt_write(" bytes\n");
  co_return 0;
}

int main() { return nt::run(all()); }
