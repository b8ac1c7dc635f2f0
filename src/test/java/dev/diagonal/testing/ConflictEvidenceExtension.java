package dev.diagonal.testing;

/** Gives tests the {@link ConflictEvidence} that all tests of this JVM share. */
public final class ConflictEvidenceExtension extends SharedServerExtension<ConflictEvidence> {

  public ConflictEvidenceExtension() {
    super(ConflictEvidence.class, ConflictEvidence::start);
  }
}
