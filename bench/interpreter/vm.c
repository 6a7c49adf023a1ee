/* A bytecode interpreter that runs a loop: an indirect jump per step, little work between. */
enum { PUSH, ADD, MULTIPLY, XOR, SWAP, DUP, LESS, JUMP_IF, DROP, HALT };

static const unsigned char program[] = {
    PUSH, 0, PUSH, 1,                        /* counter, sum */
    DUP, PUSH, 3, MULTIPLY, PUSH, 7, ADD,    /* loop at 4: sum' = 3 sum + 7 ^ sum */
    XOR, SWAP, PUSH, 1, ADD, DUP, LESS, SWAP, DROP, SWAP, JUMP_IF, 4, HALT};

static unsigned stack[64];

static unsigned step(unsigned limit) {
  unsigned *top = stack, pc = 0, less = 0;
  for (;;) switch (program[pc++]) {
      case PUSH: *++top = program[pc++]; break;
      case ADD: top--; *top += top[1]; break;
      case MULTIPLY: top--; *top *= top[1]; break;
      case XOR: top--; *top ^= top[1] << 3 | top[0] >> 5; break;
      case SWAP: { unsigned t = *top; *top = top[-1]; top[-1] = t; break; }
      case DUP: top[1] = *top; top++; break;
      case LESS: less = *top < limit; break;
      case JUMP_IF: pc = less ? program[pc] : pc + 1; break;
      case DROP: top--; break;
      case HALT: return *top;
    }
}

unsigned kernel(void) { return step(100000); }
