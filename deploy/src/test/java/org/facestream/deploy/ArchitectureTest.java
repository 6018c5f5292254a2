package org.facestream.deploy;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.List;
import java.util.stream.Stream;
import org.facestream.ingest.frame.Picture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The blueprint's table of modules, and the rules of the house that a machine can check. */
class ArchitectureTest {
  static final List<String> CHAIN = List.of("ingest", "detector", "recognizer", "sink", "deploy");

  private static JavaClasses ours;

  @BeforeAll
  static void load() {
    ours =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            // The fixtures of the modules before this one; a whole build has them as jars.
            .withImportOption(location -> !location.contains("-tests.jar"))
            // The fixtures of the modules before this one.
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("org.facestream");
    // A rule over no classes holds always: all five modules must be there.
    for (String module : CHAIN) {
      assertTrue(
          ours.stream().anyMatch(type -> type.getPackageName().startsWith(module(module))), module);
    }
  }

  @Test
  void dataMovesRightAndDependenciesLeft() {
    for (int upstream = 0; upstream < CHAIN.size(); upstream++) {
      String[] downstream =
          CHAIN.subList(upstream + 1, CHAIN.size()).stream()
              .map(name -> module(name) + "..")
              .toArray(String[]::new);
      if (downstream.length > 0) {
        noClasses()
            .that()
            .resideInAPackage(module(CHAIN.get(upstream)) + "..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(downstream)
            .because(
                "a module knows only what is upstream of it: move the class to the module that"
                    + " owns the topic, or read its topic instead")
            .check(ours);
      }
    }
  }

  @Test
  void theDetectorSeesOnlyTheContractsOfIngest() {
    onlyContracts(
        "detector",
        "ingest",
        List.of(
            "ingest.frame",
            "ingest.worker",
            // The cameras topic says how faces are looked for on each camera, and its zones.
            "ingest.registry.Camera",
            "ingest.registry.CameraTopic",
            "ingest.registry.FaceSearch",
            "ingest.registry.Polygon",
            "ingest.registry.Zone"));
  }

  @Test
  void theRecognizerSeesOnlyContractsAndModels() {
    onlyContracts("recognizer", "ingest", List.of("ingest.frame", "ingest.worker"));
    onlyContracts(
        "recognizer", "detector", List.of("detector.face", "detector.onnx", "detector.mtcnn"));
    noClasses()
        .that()
        .resideInAPackage(module("recognizer") + "..")
        .and()
        .resideOutsideOfPackage(module("recognizer.gallery.enrol"))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(module("detector.mtcnn") + "..")
        .because(
            "only enrolment looks for faces in the recognizer: faces of cameras come through the"
                + " faces topic")
        .check(ours);
  }

  @Test
  void theSinkStoresOnlyWhatTopicsBring() {
    // People are asked through these: they edit the gallery, and look at pictures themselves.
    String[] free = {"sink.people", "sink.alert", "sink.api"};
    onlyContracts("sink", "ingest", List.of("ingest.frame", "ingest.worker"), free);
    // An event holds a box.
    onlyContracts("sink", "detector", List.of("detector.face"), free);
    // A search compares descriptors as their model does.
    onlyContracts(
        "sink", "recognizer", List.of("recognizer.identity", "recognizer.facenet.Metric"), free);
  }

  @Test
  void noTwoPackagesDependOnOneAnother() {
    slices()
        .assignedFrom(
            new SliceAssignment() {
              @Override
              public SliceIdentifier getIdentifierOf(JavaClass type) {
                return SliceIdentifier.of(type.getPackageName());
              }

              @Override
              public String getDescription() {
                return "every package, a module's root too";
              }
            })
        .should()
        .beFreeOfCycles()
        .because("a room is understood by itself: move what both need into the lower one")
        .check(ours);
  }

  @Test
  void noWorkerNeedsTheLaboratory() {
    noClasses()
        .that()
        .resideOutsideOfPackages(module("deploy.lab") + "..", module("deploy"))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(module("deploy.lab") + "..")
        .because(
            "a worker runs without converters, benches and simulated cameras: only the registry of"
                + " commands in the package deploy knows them")
        .check(ours);
  }

  @Test
  void nothingIsCalledByAWordThatSaysNothing() {
    noClasses()
        .should()
        .resideInAnyPackage("..util..", "..utils..", "..common..", "..helper..", "..misc..")
        .because("a package is named after what is in it: name the thing")
        .check(ours);
    noClasses()
        .should()
        .haveSimpleNameEndingWith("Manager")
        .orShould()
        .haveSimpleNameEndingWith("Helper")
        .orShould()
        .haveSimpleNameEndingWith("Util")
        .orShould()
        .haveSimpleNameEndingWith("Utils")
        .because("a class is named after what it is: name its task")
        .check(ours);
  }

  @Test
  void picturesAreDecodedInOnePlace() {
    noClasses()
        .that(are(Picture.class))
        .should()
        .callMethodWhere(
            describe(
                "the target is imdecode or imread",
                call ->
                    call.getTarget().getName().equals("imdecode")
                        || call.getTarget().getName().equals("imread")))
        .because(
            "a forged header makes OpenCV take gigabytes: decode with Picture, which reads the"
                + " header first")
        .check(ours);
  }

  @Test
  void onlyTheCommandLineEndsTheProcess() {
    noClasses()
        .that()
        .resideOutsideOfPackage(module("deploy.process"))
        .should()
        .callMethod(System.class, "exit", int.class)
        .orShould()
        .callMethod(Runtime.class, "halt", int.class)
        .orShould()
        .callMethod(Runtime.class, "exit", int.class)
        .because(
            "a stage that cannot go on throws, or is not ready: ending the process is"
                + " deploy.process.Shutdown's")
        .check(ours);
  }

  @Test
  void stagesWriteToTheLog() {
    noClasses()
        .that()
        .resideOutsideOfPackage(module("deploy") + "..")
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .because("the output is the command's: write to the log, or hand the text back")
        .check(ours);
  }

  @Test
  void recordsOfTheContractsAreRecords() {
    classes()
        .that()
        .haveFullyQualifiedName("org.facestream.ingest.frame.Frame")
        .or()
        .haveFullyQualifiedName("org.facestream.detector.face.Face")
        .or()
        .haveFullyQualifiedName("org.facestream.recognizer.gallery.contract.Reference")
        .or()
        .haveFullyQualifiedName("org.facestream.recognizer.identity.Match")
        .or()
        .haveFullyQualifiedName("org.facestream.recognizer.identity.IdentityEvent")
        .should()
        .beRecords()
        .because("what passes between stages is data: no state, no behaviour of its own")
        .check(ours);
  }

  /**
   * @param contracts packages, with those below them, and single classes
   */
  /**
   * @param free rooms of the module that are not bound by it
   */
  private static void onlyContracts(
      String module, String upstream, List<String> contracts, String... free) {
    String[] allowed = contracts.stream().map(name -> module(name) + "..").toArray(String[]::new);
    DescribedPredicate<JavaClass> hidden =
        describe(
            "of " + upstream + " outside " + contracts,
            type ->
                type.getPackageName().startsWith(module(upstream))
                    && contracts.stream()
                        .noneMatch(
                            name ->
                                type.getPackageName().startsWith(module(name))
                                    || type.getName().equals(module(name))));
    noClasses()
        .that()
        .resideInAPackage(module(module) + "..")
        .and()
        .resideOutsideOfPackages(
            Stream.of(free).map(room -> module(room) + "..").toArray(String[]::new))
        .should()
        .dependOnClassesThat(hidden)
        .because(
            "of its upstream "
                + module
                + " sees only "
                + String.join(", ", allowed)
                + ": read the topic instead of calling the class")
        .check(ours);
  }

  private static DescribedPredicate<JavaClass> are(Class<?> exempt) {
    return describe(
        "are not " + exempt.getSimpleName(), type -> !type.getName().equals(exempt.getName()));
  }

  private static String module(String name) {
    return "org.facestream." + name;
  }
}
