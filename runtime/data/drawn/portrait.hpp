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

    /// How the head is held.
    struct Pose {
        Point centre;
        float scale;
        float sine;        ///< of the angle by which it is tilted
        float turn;        ///< how far the features move to one side
        float cosine = 1;  ///< of the angle
    };
    struct Skull {
        float width;
        float height;
        float jaw;
    };
    enum class Cut { short_cut, long_cut, bald, curly };
    struct Hair {
        float line;
        float parting;
        float fringe;
        Cut cut = Cut::short_cut;
        Colour colour = {};
    };
    struct Eyes {
        float distance;
        float height;
        float size;
        float opening;
        Point gaze;
        Colour iris = {};
    };
    struct Brows {
        float height;
        float tilt;
        float thickness;
    };
    struct Nose {
        float length;
        float width;
    };
    struct Mouth {
        float height;
        float width;
        float lip_thickness;
        float smile;
        float opening;
        Colour lips = {};
    };

    Pose pose;
    Point light;  ///< where it comes from
    Skull skull;
    Hair hair;
    Eyes eyes;
    Brows brows;
    Nose nose;
    Mouth mouth;
    bool glasses;
    float beard = 0;  ///< 0 none .. 1 dense
    bool moustache = false;
    Colour skin;
    Colour clothes;
    Colour background_top;
    Colour background_bottom;
};

}  // namespace gandsl::data
