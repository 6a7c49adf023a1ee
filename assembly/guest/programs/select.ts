/**
 * A wait for whichever of several things comes first. Watch: the consumer
 * takes from two channels in the order in which values come, and notices
 * silence by a time; nothing is taken from a channel that was not chosen,
 * so that every value arrives exactly once.
 */
import { Channel, Select, microsecond, print, sleep } from 'nothread/guest';

async function produce(
  channel: Channel<i32>,
  first: i32,
  pause: i64,
): Promise<void> {
  for (let index = 0; index < 4; index++) {
    await sleep(pause);
    await channel.send(first + index);
  }
}

export async function main(): Promise<void> {
  const fast = new Channel<i32>(1);
  const slow = new Channel<i32>(1);
  produce(fast, 10, 20 * microsecond);
  produce(slow, 90, 65 * microsecond);
  let order = '';
  let sum = 0;
  while (true) {
    const select = new Select();
    const fromFast = select.receive(fast);
    const fromSlow = select.receive(slow);
    select.after(200 * microsecond);
    const chosen = await select.first();
    if (chosen == fromFast) {
      sum += await fast.receive();
      order += 'f';
    } else if (chosen == fromSlow) {
      sum += await slow.receive();
      order += 's';
    } else {
      break;
    }
  }
  print(`order: ${order}`);
  print(`sum: ${sum}`);
}
