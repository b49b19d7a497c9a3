"""Enrols 200 people of LFW and searches with other images of them and with 200 strangers, through the official SDK."""

import pytest

from call import call
from lfw import base64_of, sample

# rank-1 of enrolled people, per pack; share of strangers whose best match scores 60 or more.
RANK_1 = {"human": 0.95, "omz": 0.99}
STRANGERS_AT_60 = 0.02


def best_candidate(client, group, path):
    """The first candidate, or None when no face of the picture is found or no candidate is given."""
    answer = call(client, "SearchFaces", GroupIds=[group], Image=base64_of(path), MaxPersonNum=1)
    candidates = answer.Results[0].Candidates
    return candidates[0] if candidates else None


def test_people_are_found_and_strangers_are_not(each_pack, faces):
    client, group = each_pack.client(), "lfw"
    known, strangers = sample(faces, 200, 200)
    call(client, "CreateGroup", GroupName=group, GroupId=group)
    people = {f"p{index}": name for index, name in enumerate(known)}
    for person_id, name in people.items():
        call(client, "CreatePerson", GroupId=group, PersonId=person_id, PersonName="LFW", Image=base64_of(faces[name][0]))
    assert call(client, "GetPersonListNum", GroupId=group).FaceNum == 200

    hits = 0
    for person_id, name in people.items():
        best = best_candidate(client, group, faces[name][1])
        hits += best is not None and best.PersonId == person_id
    alarms = 0
    for name in strangers:
        best = best_candidate(client, group, faces[name][0])
        alarms += best is not None and best.Score >= 60
    rank_1, false_alarms = hits / len(people), alarms / len(strangers)
    print(f"\npack {each_pack.pack}: rank-1 {rank_1:.3f} of {len(people)}, strangers at 60 or more {false_alarms:.3f} of {len(strangers)}")
    assert rank_1 >= RANK_1[each_pack.pack]
    assert false_alarms <= STRANGERS_AT_60
