/**
 * Asynchronous streams: values that come one after the other, each awaited.
 */
import { Channel } from './channel';
import { settled } from './settled';
import { Task } from './task';
import { sleep } from './timer';

/** Values over time: `for await (const value of stream)`, or `while (await stream.next()) use(stream.current)`. */
export abstract class AsyncStream<T> {
  /** The value that the last `next` has brought. */
  current!: T;
  /** Completes with true when there is a next value, with false at the end. */
  abstract next(): Task<bool>;
}

/** The values of a channel until it is closed. */
export class ChannelStream<T> extends AsyncStream<T> {
  constructor(protected readonly channel: Channel<T>) {
    super();
  }

  async next(): Promise<bool> {
    const value = this.channel.receive();
    await settled<T>(value);
    if (value.isFailed) {
      value.error;
      return false;
    }
    this.current = value.result;
    return true;
  }
}

/** A stream into which values are put, at most `capacity` ahead of who takes them. */
export class StreamSource<T> extends ChannelStream<T> {
  constructor(capacity: i32 = 1) {
    super(new Channel<T>(capacity));
  }

  /** Completes when there was room for the value. */
  put(value: T): Task<void> {
    return this.channel.send(value);
  }

  /** No more values come. */
  end(): void {
    this.channel.close();
  }
}

/** The numbers 0, 1, 2, … one every `period` nanoseconds, `count` of them. */
export class Interval extends AsyncStream<i32> {
  private made: i32 = 0;

  constructor(
    private readonly period: i64,
    private readonly count: i32 = i32.MAX_VALUE,
  ) {
    super();
  }

  async next(): Promise<bool> {
    if (this.made == this.count) return false;
    await sleep(this.period);
    this.current = this.made++;
    return true;
  }
}
