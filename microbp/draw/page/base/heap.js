/** A binary heap: of many items, the one that comes before all others. */

/** Items of which the first is found in a time that grows with the logarithm of their number. */
export class Heap {
  /** @param {(one, other) => boolean} comesBefore whether one is to be taken before the other */
  constructor(comesBefore) {
    this.comesBefore = comesBefore;
    this.items = [];
  }

  /** How many items there are. */
  get size() {
    return this.items.length;
  }

  /** Put an item in. */
  push(item) {
    const { items } = this;
    let place = items.length;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (!this.comesBefore(item, items[above])) break;
      items[place] = items[above];
      place = above;
    }
    items[place] = item;
  }

  /** Take the first item out. */
  pop() {
    const { items } = this;
    const first = items[0];
    const item = items.pop();
    if (items.length) {
      let place = 0;
      for (;;) {
        let below = 2 * place + 1;
        if (below >= items.length) break;
        if (below + 1 < items.length && this.comesBefore(items[below + 1], items[below])) below++;
        if (!this.comesBefore(items[below], item)) break;
        items[place] = items[below];
        place = below;
      }
      items[place] = item;
    }
    return first;
  }
}
