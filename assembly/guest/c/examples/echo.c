/* An echo server that blocks: it answers as many datagrams on UDP port 7 as the constant says. Watch: every receive holds the thread. */
#include "nothread.h"

enum { answers = 4 };

int main(void) {
  static u8 buffer[1472];
  nt_datagram peer;
  u32 socket = nt_udp_open(7, FILE_SYNCHRONOUS_IO_NONALERT);
  if (!socket) return 1;
  nt_write("echo.c: listening on port 7\n");
  for (int i = 0; i < answers; i++) {
    i32 length = nt_udp_receive(socket, buffer, sizeof buffer, &peer);
    if (length < 0) return 2;
    nt_udp_send(socket, buffer, (u32)length, &peer);
    nt_write("answered ");
    nt_write_number(length);
    nt_write(" bytes\n");
  }
  return 0;
}
