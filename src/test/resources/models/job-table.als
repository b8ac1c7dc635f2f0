/*
 * The job table of rating-batches: claim, heartbeat, lease, fence, complete, fail, plan, publish.
 * One step is one committed transaction, the end of a lease, or the death of a worker.
 * A guard is a condition in the SQL of BatchTable, BatchPlan or Publication; the checks show that
 * the assertions hold with all guards, and that each guard is needed for one of them.
 */
module jobtable

open util/ordering[Attempt] as attempts

enum Status { Pending, Processing, Complete, Failed }

enum Guard { Fence, FenceStatus, Lease, NewAttempt, Staging, OnlyComplete, LeaseEnds }

/** The guards that are in force: all of them, unless a check takes one out. */
one sig Model { guards: set Guard }

/** The number of an attempt: the fencing token. */
sig Attempt {}

sig Worker {
  /** The claim that it believes to have; it may have lost it. */
  var claim: Batch -> lone Attempt
}

sig Batch {
  var status: one Status,
  var attempt: lone Attempt,
  /** The attempts whose totals are in the staging table. */
  var staged: set Attempt,
  /** The attempt whose totals are published. */
  var published: lone Attempt
}

/** The batches whose lease has not ended. */
var sig Leased in Batch {}

fact init {
  status = Batch -> Pending
  no attempt
  no staged
  no published
  no claim
  no Leased
}

pred in_force[g: Guard] { g in Model.guards }

pred claims[w: Worker, b: Batch] {
  no w.claim
  b.status in Pending + Failed or (not in_force[Lease] and b.status = Processing)
  some a: Attempt {
    in_force[NewAttempt] implies
      (no b.attempt implies a = attempts/first else a = b.attempt.next)
    not in_force[NewAttempt] implies
      (no b.attempt implies a = attempts/first else a = b.attempt)
    attempt' = attempt ++ b -> a
    claim' = claim ++ w -> b -> a
  }
  status' = status ++ b -> Processing
  Leased' = Leased + b
  staged' = staged
  published' = published
}

/** The condition of each update by which a worker changes its batch. */
pred good[w: Worker, b: Batch] {
  in_force[Fence] implies w.claim[b] = b.attempt
  in_force[FenceStatus] implies b.status = Processing
}

pred renews[w: Worker, b: Batch] {
  some w.claim[b]
  good[w, b]
  Leased' = Leased + b
  status' = status
  attempt' = attempt
  staged' = staged
  published' = published
  claim' = claim
}

/** Stages the totals of the worker's attempt and completes the batch, in one transaction. */
pred completes[w: Worker, b: Batch] {
  some w.claim[b]
  good[w, b]
  status' = status ++ b -> Complete
  staged' = (in_force[Staging] implies staged + b -> w.claim[b] else staged)
  Leased' = Leased - b
  claim' = claim - w -> Batch -> Attempt
  attempt' = attempt
  published' = published
}

pred fails[w: Worker, b: Batch] {
  some w.claim[b]
  good[w, b]
  status' = status ++ b -> Failed
  Leased' = Leased - b
  claim' = claim - w -> Batch -> Attempt
  attempt' = attempt
  staged' = staged
  published' = published
}

/** The worker dies, or finds out that its claim is lost. */
pred gives_up[w: Worker] {
  some w.claim
  claim' = claim - w -> Batch -> Attempt
  status' = status
  attempt' = attempt
  staged' = staged
  published' = published
  Leased' = Leased
}

pred lease_ends[b: Batch] {
  b in Leased
  Leased' = Leased - b
  status' = status
  attempt' = attempt
  staged' = staged
  published' = published
  claim' = claim
}

/** Somebody finds a batch whose lease has ended. */
pred abandons[b: Batch] {
  b.status = Processing
  b not in Leased
  status' = status ++ b -> Failed
  attempt' = attempt
  staged' = staged
  published' = published
  claim' = claim
  Leased' = Leased
}

/** A plan finds other rows in the range of a batch. */
pred reopens[b: Batch] {
  b.status in Processing + Complete
  status' = status ++ b -> Pending
  Leased' = Leased - b
  attempt' = attempt
  staged' = staged
  published' = published
  claim' = claim
}

pred publishes {
  published' = {
    b: Batch, a: b.attempt | in_force[OnlyComplete] implies b.status = Complete
  }
  status' = status
  attempt' = attempt
  claim' = claim
  staged' = staged
  Leased' = Leased
}

pred nothing {
  status' = status
  attempt' = attempt
  staged' = staged
  published' = published
  claim' = claim
  Leased' = Leased
}

fact transitions {
  always {
    nothing
    or publishes
    or some b: Batch | lease_ends[b] or abandons[b] or reopens[b]
    or some w: Worker | gives_up[w]
    or some w: Worker, b: Batch |
      claims[w, b] or renews[w, b] or completes[w, b] or fails[w, b]
  }
}

/** A batch is complete only with the totals of its last attempt. */
assert CompleteMeansStaged {
  always all b: Batch | b.status = Complete implies b.attempt in b.staged
}

/** No two workers have a claim that is good. */
assert OneOwner {
  always all b: Batch | b.status = Processing implies lone w: Worker | w.claim[b] = b.attempt
}

/** Nobody takes a batch from a worker whose lease lasts. */
assert LeaseIsKept {
  always all w: Worker, b: Batch |
    (b in Leased and b.status = Processing) implies not claims[w, b]
}

/** Only a batch that is being processed becomes complete: none twice, none that has failed. */
assert NoneCompletesTwice {
  always all b: Batch |
    (b.status' = Complete and b.status != Complete) implies b.status = Processing
}

/** What is published has its totals: nothing of an attempt that failed or is being made. */
assert PublishedMeansStaged {
  always all b: Batch | publishes implies b.published' in b.staged
}

/** The worker has a claim that is good. */
pred owns[w: Worker, b: Batch] {
  some b.attempt and w.claim[b] = b.attempt and b.status = Processing
}

/** From some time on nothing goes wrong: nobody dies or fails, and living workers renew in time. */
pred no_more_faults {
  eventually always {
    no w: Worker, b: Batch | owns[w, b] and (gives_up[w] or fails[w, b] or lease_ends[b])
    no b: Batch | reopens[b]
    no w: Worker, b: Batch | owns[w, b] and not b in Leased
  }
}

/** What can go on at any time does go on at some time. */
pred fair {
  all w: Worker, b: Batch {
    (eventually always owns[w, b]) implies always eventually completes[w, b]
    (eventually always (some w.claim and not owns[w, w.claim.Attempt]))
      implies always eventually gives_up[w]
  }
  all b: Batch {
    (eventually always (b.status in Pending + Failed and some w: Worker | no w.claim))
      implies always eventually some w: Worker | claims[w, b]
    in_force[LeaseEnds] implies
      ((eventually always (b.status = Processing and no w: Worker | owns[w, b]))
        implies always eventually (lease_ends[b] or abandons[b]))
  }
}

/** There are numbers left for further attempts: the scope is no bound of the job table. */
pred attempts_left {
  always no b: Batch | b.attempt = attempts/last and b.status in Pending + Failed
}

/** When nothing goes wrong any more, all batches become complete. */
assert AllBecomeComplete {
  (some Worker and no_more_faults and fair and attempts_left) implies eventually always Batch.status in Complete
}
