#pragma once

#include "runtime/data/drawn/strokes.hpp"
#include "runtime/data/random.hpp"

namespace gandsl::data {

/// Red, green, blue, each 0 .. 1.
struct Colour {
    float red = 0;
    float green = 0;
    float blue = 0;
};

/// All that tells one drawn face from another. Lengths are in parts of half the picture's side; the face's
/// own coordinates have their origin between the eyes' height and the nose's tip, x to the right and y down.
struct Portrait {
    explicit Portrait(RandomStream& random);

    /// The colour at a place of the picture (-1 .. 1 each way), over a pixel of this size.
    Colour at(Point point, float pixel) const;

    enum class Hair { short_cut, long_cut, bald, curly };

    // How the head is held.
    Point centre;
    float scale;
    float cosine = 1;  ///< of the angle by which it is tilted
    float sine;
    float turn;  ///< how far the features move to one side

    // Colours.
    Colour background_top;
    Colour background_bottom;
    Colour clothes;
    Colour skin;
    Colour hair_colour;
    Colour iris;
    Colour lips;
    Point light;  ///< where it comes from

    // Shapes.
    float face_width;
    float face_height;
    float jaw;
    Hair hair = Hair::short_cut;
    float hairline;
    float parting;
    float fringe;
    float eye_distance;
    float eye_height;
    float eye_size;
    float eye_opening;
    Point gaze;
    float brow_height;
    float brow_tilt;
    float brow_thickness;
    float nose_length;
    float nose_width;
    float mouth_height;
    float mouth_width;
    float lip_thickness;
    float smile;
    float mouth_opening;
    float beard = 0;  ///< 0 none .. 1 dense
    bool moustache = false;
    bool glasses;
};

}  // namespace gandsl::data
