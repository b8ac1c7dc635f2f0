package dev.diagonal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The public API of the library: its public types outside of internal packages and of the commands,
 * with the signatures that a user sees. {@link #main} writes it to a file.
 */
final class PublicApi {

  private static final String OURS = "dev.diagonal.";

  private final TreeMap<String, Class<?>> types = new TreeMap<>();

  private PublicApi() {}

  /** Writes the list to the file that is the only argument. */
  public static void main(String[] args) throws Exception {
    Files.writeString(Path.of(args[0]), String.join("\n", ofLibrary().lines()) + "\n");
  }

  /** Reads the classes that are compiled beside {@link dev.diagonal.fault.DeadLetter}. */
  static PublicApi ofLibrary() throws Exception {
    URL root =
        dev.diagonal.fault.DeadLetter.class.getProtectionDomain().getCodeSource().getLocation();
    PublicApi api = new PublicApi();
    Path classes = Path.of(root.toURI());
    try (Stream<Path> files = Files.walk(classes.resolve("dev/diagonal"))) {
      for (Path file : files.filter(each -> each.toString().endsWith(".class")).toList()) {
        String name = classes.relativize(file).toString().replace('/', '.');
        api.add(name.substring(0, name.length() - ".class".length()));
      }
    }
    return api;
  }

  private void add(String name) throws ClassNotFoundException {
    if (isOfLibrary(name) && !name.endsWith("package-info")) {
      Class<?> type = Class.forName(name, false, PublicApi.class.getClassLoader());
      if (isReachable(type)) {
        types.put(name, type);
      }
    }
  }

  private static boolean isOfLibrary(String name) {
    return name.startsWith(OURS)
        && !name.startsWith(OURS + "pipelines.")
        && !name.contains(".internal.");
  }

  /** Returns whether users can name a type: it and all types around it are public. */
  private static boolean isReachable(Class<?> type) {
    for (Class<?> each = type; each != null; each = each.getEnclosingClass()) {
      if (!isVisible(each.getModifiers())) {
        return false;
      }
    }
    return !type.isAnonymousClass() && !type.isLocalClass();
  }

  private static boolean isVisible(int modifiers) {
    return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
  }

  /** Returns one line per type, each followed by one per member, sorted. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    types.forEach(
        (name, type) -> {
          lines.add(describe(type));
          members(type).stream()
              .map(member -> "  " + describe(type, member))
              .sorted()
              .forEach(lines::add);
        });
    return lines;
  }

  /** Returns what shows a type of ours that users cannot name. */
  Set<String> leaks() {
    Set<String> leaks = new TreeSet<>();
    types.forEach(
        (name, type) -> {
          leaksOf(supertypes(type), name, leaks);
          for (AnnotatedElement member : members(type)) {
            leaksOf(typesIn(member), name + ": " + describe(type, member), leaks);
          }
        });
    return leaks;
  }

  private void leaksOf(Collection<Type> shown, String where, Set<String> leaks) {
    for (Class<?> each : flat(shown)) {
      if (each.getName().startsWith(OURS) && !types.containsKey(each.getName())) {
        leaks.add(where + " shows " + each.getName());
      }
    }
  }

  /** The supertypes that users see: a package-private one is hidden, and its own count instead. */
  private static Set<Type> supertypes(Class<?> type) {
    Set<Type> supertypes = new LinkedHashSet<>(Arrays.asList(type.getGenericInterfaces()));
    Class<?> parent = type.getSuperclass();
    if (parent != null && parent != Object.class) {
      if (isHidden(parent)) {
        supertypes.addAll(supertypes(parent));
      } else {
        supertypes.add(type.getGenericSuperclass());
      }
    }
    return supertypes;
  }

  private static boolean isHidden(Class<?> type) {
    return type.getName().startsWith(OURS) && !isReachable(type);
  }

  /** The members that a type declares or has from a hidden supertype. */
  private static List<AnnotatedElement> members(Class<?> type) {
    List<AnnotatedElement> members = new ArrayList<>();
    boolean extensible = !Modifier.isFinal(type.getModifiers());
    for (Constructor<?> each : type.getDeclaredConstructors()) {
      if (isShown(each.getModifiers(), extensible)) {
        members.add(each);
      }
    }
    for (Class<?> from = type;
        from == type || (from != null && isHidden(from));
        from = from.getSuperclass()) {
      for (Field each : from.getDeclaredFields()) {
        if (isShown(each.getModifiers(), extensible) && !each.isSynthetic()) {
          members.add(each);
        }
      }
      for (Method each : from.getDeclaredMethods()) {
        if (isShown(each.getModifiers(), extensible) && !each.isSynthetic() && !each.isBridge()) {
          members.add(each);
        }
      }
    }
    return members;
  }

  private static boolean isShown(int modifiers, boolean extensible) {
    return Modifier.isPublic(modifiers) || (extensible && Modifier.isProtected(modifiers));
  }

  private static List<Type> typesIn(AnnotatedElement member) {
    List<Type> types = new ArrayList<>();
    if (member instanceof Field field) {
      types.add(field.getGenericType());
    } else if (member instanceof Executable executable) {
      types.addAll(Arrays.asList(executable.getGenericParameterTypes()));
      types.addAll(Arrays.asList(executable.getGenericExceptionTypes()));
      for (TypeVariable<?> variable : executable.getTypeParameters()) {
        types.addAll(Arrays.asList(variable.getBounds()));
      }
      if (executable instanceof Method method) {
        types.add(method.getGenericReturnType());
      }
    }
    return types;
  }

  private static Set<Class<?>> flat(Collection<Type> types) {
    Set<Class<?>> classes = new LinkedHashSet<>();
    types.forEach(type -> addTo(classes, type));
    return classes;
  }

  private static void addTo(Set<Class<?>> classes, Type type) {
    if (type instanceof Class<?> plain) {
      classes.add(elementOf(plain));
    } else if (type instanceof ParameterizedType generic) {
      addTo(classes, generic.getRawType());
      Arrays.asList(generic.getActualTypeArguments()).forEach(each -> addTo(classes, each));
    } else if (type instanceof GenericArrayType array) {
      addTo(classes, array.getGenericComponentType());
    } else if (type instanceof WildcardType wildcard) {
      Arrays.asList(wildcard.getUpperBounds()).forEach(each -> addTo(classes, each));
      Arrays.asList(wildcard.getLowerBounds()).forEach(each -> addTo(classes, each));
    }
  }

  private static Class<?> elementOf(Class<?> type) {
    Class<?> element = type;
    while (element.isArray()) {
      element = element.getComponentType();
    }
    return element;
  }

  private static String describe(Class<?> type) {
    String kind =
        type.isRecord()
            ? "record"
            : type.isEnum() ? "enum" : type.isInterface() ? "interface" : "class";
    String supertypes =
        supertypes(type).stream().map(PublicApi::shown).sorted().collect(joining(", "));
    return "%s %s%s%s"
        .formatted(
            kind,
            type.getName(),
            variables(type.getTypeParameters()),
            supertypes.isEmpty() ? "" : " : " + supertypes);
  }

  private static String describe(Class<?> type, AnnotatedElement member) {
    if (member instanceof Field field) {
      return words(field.getModifiers(), type)
          + shown(field.getGenericType())
          + " "
          + field.getName();
    }
    Executable executable = (Executable) member;
    String parameters =
        Arrays.stream(executable.getGenericParameterTypes())
            .map(PublicApi::shown)
            .collect(joining(", ", "(", ")"));
    String thrown =
        Arrays.stream(executable.getGenericExceptionTypes())
            .map(PublicApi::shown)
            .collect(joining(", "));
    String tail = parameters + (thrown.isEmpty() ? "" : " throws " + thrown);
    String head =
        words(executable.getModifiers(), type) + variables(executable.getTypeParameters());
    return executable instanceof Method method
        ? head + shown(method.getGenericReturnType()) + " " + method.getName() + tail
        : head + "new" + tail;
  }

  private static String words(int modifiers, Class<?> type) {
    return (Modifier.isProtected(modifiers) ? "protected " : "")
        + (Modifier.isStatic(modifiers) ? "static " : "")
        + (Modifier.isAbstract(modifiers) && !type.isInterface() ? "abstract " : "");
  }

  private static String variables(TypeVariable<?>[] variables) {
    return variables.length == 0
        ? ""
        : Arrays.stream(variables).map(Type::getTypeName).collect(joining(", ", "<", "> "));
  }

  /** Shows a type with its package only if that is ours: other names are known. */
  private static String shown(Type type) {
    return type.getTypeName()
        .replaceAll("(?<![\\w.])(?!dev\\.diagonal)(?:[a-z]\\w*\\.)+(?=[A-Z])", "");
  }

  /** Returns the list that the tests hold. */
  static List<String> recorded() throws IOException {
    try (InputStream list = PublicApi.class.getResourceAsStream("/public-api.txt")) {
      return list == null ? List.of() : new String(list.readAllBytes(), UTF_8).lines().toList();
    }
  }
}
