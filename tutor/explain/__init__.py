"""Floor 4: explaining: lines annotated, answers judged, sessions diagnosed."""
