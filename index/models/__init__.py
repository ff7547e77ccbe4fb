"""The models that Dateline carries, each with its card, served by ONNX Runtime."""
