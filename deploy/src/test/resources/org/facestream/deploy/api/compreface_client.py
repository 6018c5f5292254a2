"""Goes through every call that compreface-sdk's documentation has, against the server of the test."""
import sys

from compreface import CompreFace
from compreface.collections import FaceCollection
from compreface.collections.face_collections import Subjects
from compreface.service import DetectionService, RecognitionService, VerificationService

port, key, ada, grace, three = sys.argv[1:]

compre_face: CompreFace = CompreFace(
    "http://127.0.0.1",
    port,
    {
        "limit": 0,
        "det_prob_threshold": 0.8,
        "prediction_count": 1,
        "face_plugins": "calculator,age,gender,landmarks,mask",
        "status": "true",
    },
)
recognition: RecognitionService = compre_face.init_face_recognition(key)
detection: DetectionService = compre_face.init_face_detection(key)
verification: VerificationService = compre_face.init_face_verification(key)
faces: FaceCollection = recognition.get_face_collection()
subjects: Subjects = recognition.get_subjects()


def check(condition, answer):
    if not condition:
        sys.exit("not as expected: %s" % answer)


answer = subjects.add("Jonathan Petit")
check(answer == {"subject": "Jonathan Petit"}, answer)
answer = subjects.update("Jonathan Petit", "Ada")
check(answer == {"updated": True}, answer)
answer = subjects.list()
check(answer == {"subjects": ["Ada"]}, answer)

added = faces.add(ada, "Ada", {"det_prob_threshold": 0.8})
check(added["subject"] == "Ada" and len(added["image_id"]) == 36, added)
with open(grace, "rb") as picture:
    other = faces.add(picture.read(), "Grace")
check(other["subject"] == "Grace", other)
answer = faces.list()
check({face["image_id"] for face in answer["faces"]} == {added["image_id"], other["image_id"]}, answer)
check(answer["total_elements"] == 2, answer)

answer = recognition.recognize(three)
check(len(answer["result"]) == 3, answer)
for face in answer["result"]:
    check(len(face["embedding"]) == 512 and len(face["landmarks"]) == 5, face)
    check(len(face["subjects"]) == 1 and "detector" in face["execution_time"], face)
check("calculator" in answer["plugins_versions"], answer)
answer = recognition.recognize(ada, {"limit": 1, "prediction_count": 2, "det_prob_threshold": 0.5})
likely = answer["result"][0]["subjects"]
check(likely[0]["subject"] == "Ada" and likely[0]["similarity"] > 0.98, answer)
check(likely[1]["subject"] == "Grace" and likely[1]["similarity"] < 0.5, answer)

answer = faces.verify(ada, added["image_id"], {"limit": 1, "status": True})
check(answer["result"][0]["similarity"] > 0.98, answer)
answer = detection.detect(three, {"limit": 2, "face_plugins": "landmarks"})
check(len(answer["result"]) == 2 and len(answer["result"][0]["landmarks"]) == 5, answer)
answer = verification.verify(ada, grace)
check(answer["result"][0]["face_matches"][0]["similarity"] < 0.5, answer)
check("embedding" in answer["result"][0]["source_image_face"], answer)

answer = faces.add(three, "Grace")
check(answer["code"] == 31, answer)
answer = faces.delete(other["image_id"])
check(answer == {"image_id": other["image_id"], "subject": "Grace"}, answer)
answer = faces.delete_all("Ada")
check(answer == {"deleted": 1}, answer)
subjects.add("Somebody")
answer = subjects.delete("Somebody")
check(answer == {"subject": "Somebody"}, answer)
subjects.add("Somebody")
answer = subjects.delete_all()
check(answer == {"deleted": 1}, answer)
print("every call works")
