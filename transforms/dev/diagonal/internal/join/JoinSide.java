package dev.diagonal.internal.join;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.coders.StructuredCoder;
import org.jspecify.annotations.Nullable;

/**
 * A block of either side, so that both sides can be grouped together.
 *
 * @param build a block of the build side, or null
 * @param probe a block of the probe side, or null
 */
record JoinSide<B, P>(@Nullable B build, @Nullable P probe) {

  static <B, P> JoinSide<B, P> ofBuild(B block) {
    return new JoinSide<>(block, null);
  }

  static <B, P> JoinSide<B, P> ofProbe(P block) {
    return new JoinSide<>(null, block);
  }

  /** Encodes a byte for the side, then the block. */
  static final class SideCoder<B, P> extends StructuredCoder<JoinSide<B, P>> {

    private static final int BUILD = 0;
    private static final int PROBE = 1;

    private final Coder<B> buildCoder;
    private final Coder<P> probeCoder;

    SideCoder(Coder<B> buildCoder, Coder<P> probeCoder) {
      this.buildCoder = buildCoder;
      this.probeCoder = probeCoder;
    }

    @Override
    public void encode(JoinSide<B, P> side, OutputStream out) throws IOException {
      if (side.build != null) {
        out.write(BUILD);
        buildCoder.encode(side.build, out);
      } else if (side.probe != null) {
        out.write(PROBE);
        probeCoder.encode(side.probe, out);
      } else {
        throw new CoderException("a side must have a block");
      }
    }

    @Override
    public JoinSide<B, P> decode(InputStream in) throws IOException {
      int side = in.read();
      return switch (side) {
        case BUILD -> ofBuild(buildCoder.decode(in));
        case PROBE -> ofProbe(probeCoder.decode(in));
        default -> throw new CoderException("a side must be 0 or 1, got " + side);
      };
    }

    @Override
    public List<? extends Coder<?>> getCoderArguments() {
      return List.of(buildCoder, probeCoder);
    }

    @Override
    public void verifyDeterministic() throws NonDeterministicException {
      verifyDeterministic(this, "both coders must be deterministic", buildCoder, probeCoder);
    }
  }
}
