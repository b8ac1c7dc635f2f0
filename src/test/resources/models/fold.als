/*
 * Counting without contention: a batch writes its edges and one delta per edge in one transaction;
 * two folders add deltas to the counts of nodes, and may crash in the middle.
 * An edge stands for a batch of one edge at one node: its count is how often it was added.
 */
module fold

enum Guard { Conflict, Together, Lock, Atomic, TakesWhatItSaw }

/** The guards that are in force: all of them, unless a check takes one out. */
one sig Model { guards: set Guard }

pred in_force[g: Guard] { g in Model.guards }

/** One addition to a count. */
sig Addition {}

sig Edge {
  /** The additions by which the count of its node has it. */
  var counted: set Addition
}

/** The edges in their table, and the deltas that are not folded. */
var sig Stored in Edge {}
var sig Delta in Edge {}

/** A writer whose transaction has inserted the edge, but not yet its delta; only if not together. */
var sig Half in Edge {}

sig Folder {
  /** The deltas it has read and will add, and later delete. */
  var taken: set Edge,
  /** Whether it has added them, but not yet deleted them; only if that is not one transaction. */
  var added: set Edge
}

/** Who has the advisory lock of folds. */
var lone sig Locking in Folder {}

fact init {
  no counted and no Stored and no Delta and no Half and no taken and no added and no Locking
}

pred same_counts { counted' = counted }
pred same_edges { Stored' = Stored and Half' = Half }
pred same_folders { taken' = taken and added' = added and Locking' = Locking }

/** A batch is written, perhaps for the second time: its runner repeats it. */
pred writes[e: Edge] {
  in_force[Conflict] implies e not in Stored
  not in_force[Conflict] implies e not in Delta
  Stored' = Stored + e
  in_force[Together] implies (Delta' = Delta + e and Half' = Half)
  not in_force[Together] implies (Delta' = Delta and Half' = Half + e)
  same_counts and same_folders
}

/** The second transaction of a writer that does it in two. */
pred writes_delta[e: Edge] {
  e in Half
  Half' = Half - e
  Delta' = Delta + e
  Stored' = Stored
  same_counts and same_folders
}

/** The first statement takes the lock; the second, with a snapshot of its own, reads the deltas. */
pred takes[f: Folder] {
  no f.taken
  some Delta
  in_force[Lock] implies no Locking
  Locking' = (in_force[Lock] implies f else Locking)
  taken' = taken ++ f -> Delta
  added' = added
  Delta' = Delta
  same_edges and same_counts
}

/** Deletes the deltas, adds them to the counts, and commits. */
pred folds[f: Folder] {
  some f.taken
  no f.added
  some x: Addition {
    no counted.x
    counted' = counted + f.taken -> x
  }
  in_force[Atomic] implies {
    Delta' = (in_force[TakesWhatItSaw] implies Delta - f.taken else none)
    taken' = taken - f -> Edge
    added' = added
    Locking' = Locking - f
  } else {
    Delta' = Delta
    taken' = taken
    added' = added + f -> f.taken
    Locking' = Locking
  }
  same_edges
}

/** The second transaction of a folder that does it in two. */
pred deletes[f: Folder] {
  some f.added
  Delta' = Delta - f.added
  added' = added - f -> Edge
  taken' = taken - f -> Edge
  Locking' = Locking - f
  same_edges and same_counts
}

/** The folder dies: its transaction is rolled back, its lock is free. */
pred crashes[f: Folder] {
  some f.taken
  taken' = taken - f -> Edge
  added' = added - f -> Edge
  Locking' = Locking - f
  Delta' = Delta
  same_edges and same_counts
}

pred nothing { same_edges and same_counts and same_folders and Delta' = Delta }

fact transitions {
  always {
    nothing
    or some e: Edge | writes[e] or writes_delta[e]
    or some f: Folder | takes[f] or folds[f] or deletes[f] or crashes[f]
  }
}

/** The view of nodes and deltas is exact at every moment: each edge counts once. */
assert CountsAreExact {
  always all e: Edge {
    e in Stored implies (one e.counted and e not in Delta) or (no e.counted and e in Delta)
    e not in Stored implies (no e.counted and e not in Delta)
  }
}

/** Folders that do not crash leave no deltas. */
assert AllIsFolded {
  (eventually always (no f: Folder | crashes[f])
    and eventually always (no e: Edge | writes[e])
    and (all f: Folder {
      (eventually always some f.taken) implies always eventually folds[f]
      (eventually always (some Delta and no Folder.taken)) implies
        always eventually some g: Folder | takes[g]
    })
    and always (some x: Addition | no counted.x or no Delta))
  implies eventually always no Delta
}
