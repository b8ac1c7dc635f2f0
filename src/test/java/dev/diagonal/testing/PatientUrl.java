package dev.diagonal.testing;

/** For tests that hold transactions for as long as another process takes to start. */
public final class PatientUrl {

  /** Makes a process wait ten minutes for a lock or an answer; follows a URL of PostgreSQL. */
  public static final String OPTIONS = "?options=-c%20lock_timeout=600000&socketTimeout=600";

  private PatientUrl() {}
}
