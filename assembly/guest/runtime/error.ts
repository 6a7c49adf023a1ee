/**
 * The errors that programs throw: asc's classes, with the places an error has come through. The compiler records a place where the
 * error is thrown, and one at each call and each `await` that it leaves by.
 */

/** Places that are kept of one error. */
const maximumPlaces: i32 = 32;

export class Error {
  name: string = 'Error';
  private places: string[] | null = null;

  constructor(public message: string = '') {}

  /** Name and message, and a line for each place from the `throw` outwards. */
  get stack(): string {
    const places = this.places;
    return places ? this.toString() + '\n' + places.join('\n') : this.toString();
  }

  toString(): string {
    return this.message.length ? this.name + ': ' + this.message : this.name;
  }

  /** The compiler: the error has left the function `name` at `line`. */
  addPlace(name: string, line: u32): void {
    let places = this.places;
    if (!places) {
      places = [];
      this.places = places;
    }
    if (places.length < maximumPlaces) places.push('    at ' + name + line.toString() + ')');
  }
}

export class RangeError extends Error {
  constructor(message: string = '') {
    super(message);
    this.name = 'RangeError';
  }
}

export class TypeError extends Error {
  constructor(message: string = '') {
    super(message);
    this.name = 'TypeError';
  }
}

export class SyntaxError extends Error {
  constructor(message: string = '') {
    super(message);
    this.name = 'SyntaxError';
  }
}

export class URIError extends Error {
  constructor(message: string = '') {
    super(message);
    this.name = 'URIError';
  }
}
