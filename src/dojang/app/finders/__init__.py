"""Settings that only the machine or a short trial can tell: for a training, and for `dojang find`.

``search`` decides what a training leaves open, ``suggest`` what the command tells; both stand on
``ways`` (precision, layout, compilation) and speak in the terms of ``found``.
"""
