/** Who is there of each person: sockets, feeds. */
export type Roster<Member> = {
  add(person: string, member: Member): () => void;
  has(person: string): boolean;
  of(person: string): Iterable<Member>;
  people(): string[];
  readonly size: number;
};

/** @param onGone told when the last of a person leaves */
export function createRoster<Member>(onGone: (person: string) => void = () => {}): Roster<Member> {
  const members = new Map<string, Set<Member>>();
  let size = 0;
  return {
    add(person, member) {
      const own = members.get(person) ?? new Set();
      members.set(person, own.add(member));
      size += 1;
      return () => {
        if (!own.delete(member)) return;
        size -= 1;
        if (own.size > 0 || members.get(person) !== own) return;
        members.delete(person);
        onGone(person);
      };
    },
    has: (person) => members.has(person),
    of: (person) => members.get(person) ?? [],
    people: () => [...members.keys()],
    get size() {
      return size;
    },
  };
}
