package dev.diagonal.pipelines.command;

import dev.diagonal.pipelines.run.RunOptions;
import java.util.List;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.Validation;
import org.jspecify.annotations.Nullable;

/** Options of a command of the tests: one of every type. */
public interface ColourOptions extends RunOptions {

  /** Values of an option. */
  enum Colour {
    RED,
    GREEN
  }

  @Description("What to paint")
  @Validation.Required
  List<String> getThings();

  void setThings(List<String> things);

  @Description("With what")
  @Default.Enum("GREEN")
  Colour getColour();

  void setColour(Colour colour);

  @Description("How many coats")
  @Default.Integer(2)
  int getCoats();

  void setCoats(int coats);

  @Description("How much paint there is")
  long getMillilitres();

  void setMillilitres(long millilitres);

  @Description("Whether it shines")
  @Default.Boolean(true)
  boolean isGlossy();

  void setGlossy(boolean glossy);

  @Description("Who paints")
  @Default.String("nobody")
  @Nullable String getPainter();

  void setPainter(@Nullable String painter);
}
