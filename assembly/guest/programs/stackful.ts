/**
 * A fiber has a stack of its own and can give the thread back in the middle
 * of any call. Watch: a recursive walk yields from every depth, as no
 * function that returns could; the price is a whole stack for each fiber.
 */
import { Fiber, cycles, print } from 'nothread/guest';

class Node {
  constructor(
    readonly value: i32,
    readonly left: Node | null,
    readonly right: Node | null,
  ) {}
}

let current = 0;

/** In order; deep inside of the recursion the fiber yields. */
function walk(node: Node | null): void {
  if (!node) return;
  walk(node.left);
  current = node.value;
  Fiber.yield();
  walk(node.right);
}

function tree(from: i32, to: i32): Node | null {
  if (from > to) return null;
  const middle = (from + to) / 2;
  return new Node(middle, tree(from, middle - 1), tree(middle + 1, to));
}

export function main(): void {
  const root = tree(1, 15);
  const fiber = new Fiber((): void => walk(root));
  let values = '';
  let switches = 0;
  const began = cycles();
  while (true) {
    fiber.resume();
    if (fiber.isDone) break;
    values += `${current} `;
    switches += 2;
  }
  const elapsed = cycles() - began;
  print(values.trimEnd());
  print(`${switches} switches in ${elapsed} cycles`);
  print(`${fiber.stackBytes} bytes of stack`);
}
