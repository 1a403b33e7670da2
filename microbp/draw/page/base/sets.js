/** What hangs together: disjoint sets, which are joined (Galler & Fischer 1964). */

/** Sets of the numbers 0 to count − 1, at first one each. */
export class DisjointSets {
  /** @param {number} count */
  constructor(count) {
    this.above = Int32Array.from({ length: count }, (_, v) => v);
  }

  /** The member that stands for the set of v. */
  find(v) {
    const { above } = this;
    while (above[v] !== v) v = above[v] = above[above[v]];
    return v;
  }

  /** Make one set of those of v and w; say whether they were two. */
  join(v, w) {
    const [one, other] = [this.find(v), this.find(w)];
    this.above[one] = other;
    return one !== other;
  }
}
