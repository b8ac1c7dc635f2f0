package dev.diagonal.internal.transfer.resume;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.internal.transfer.source.BlockSource;
import dev.diagonal.internal.transfer.source.SourceRange;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.hash.HashFunction;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.hash.Hasher;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.hash.Hashing;

/**
 * Hashes of what a transfer reads and how it converts and writes it, so that a later run notices
 * changes. They are kept in databases and directories, and must stay the same.
 */
final class Fingerprint {

  private static final HashFunction HASH = Hashing.murmur3_128();

  private Fingerprint() {}

  /** Returns the hash of a text. */
  static String of(String text) {
    return HASH.hashString(text, UTF_8).toString();
  }

  /**
   * Starts the hash that databases keep, with the size and the ranges of a source; places are in
   * UTF-8. More can be added.
   */
  static Hasher of(BlockSource source) throws Exception {
    Hasher hash = HASH.newHasher().putLong(source.bytes());
    for (SourceRange range : source.ranges()) {
      hash.putString(range.place(), UTF_8).putLong(range.start()).putLong(range.end());
    }
    return hash;
  }

  /**
   * Returns the hash that directories keep, of the size and the ranges of a source; places are in
   * UTF-16.
   */
  static String ofFiles(BlockSource source) throws Exception {
    Hasher hash = HASH.newHasher().putLong(source.bytes());
    for (SourceRange range : source.ranges()) {
      hash.putUnencodedChars(range.place()).putLong(range.start()).putLong(range.end());
    }
    return hash.hash().toString();
  }
}
